"""Which runs may start, by cases."""

import pytest

from clsf.engine.queue import Entry, position, startable

ONE_EACH = {"tensorflow": 1, "torch": 1}


def tf(run_id, group="g", race=False):
    return Entry(run_id, "tensorflow", group, race)


def pt(run_id, group="g", race=False):
    return Entry(run_id, "torch", group, race)


@pytest.mark.parametrize(
    ("waiting", "running", "free", "one_at_a_time", "started"),
    [
        pytest.param([], [], ONE_EACH, True, "", id="nothing waits"),
        pytest.param([tf("a"), pt("b")], [], ONE_EACH, True, "a", id="one machine: the first of a group alone"),
        pytest.param([pt("b")], [tf("a")], {"torch": 1}, True, "", id="one machine: the second waits for the first"),
        pytest.param([tf("a", race=True), pt("b", race=True)], [], ONE_EACH, True, "ab", id="a race starts together"),
        pytest.param(
            [pt("b", race=True)], [tf("a", race=True)], {"torch": 1}, True, "b", id="a racer whose worker was away joins later"
        ),
        pytest.param(
            [pt("b", "other", race=True)], [tf("a", race=True)], {"torch": 1}, True, "", id="two races do not mix"
        ),
        pytest.param([pt("b", race=True)], [tf("a")], {"torch": 1}, True, "", id="both have to race"),
        pytest.param(
            [tf("a", race=True), pt("x", "other"), pt("b", race=True)], [], ONE_EACH, True, "ab", id="a racer passes a stranger"
        ),
        pytest.param([tf("a"), pt("b")], [], {"torch": 1}, True, "b", id="a missing worker holds up nobody else"),
        pytest.param([tf("a"), pt("b")], [], {}, True, "", id="no worker at all"),
        pytest.param([tf("a"), pt("b")], [], ONE_EACH, False, "ab", id="cluster: one per worker"),
        pytest.param(
            [tf("a"), tf("b"), tf("c"), pt("d")], [], {"tensorflow": 2, "torch": 1}, False, "abd", id="cluster: in order, per framework"
        ),
        pytest.param([tf("b")], [tf("a")], {"tensorflow": 0}, False, "", id="cluster: no worker is free"),
    ],
)  # fmt: skip
def test_what_starts(waiting, running, free, one_at_a_time, started):
    assert "".join(e.run_id for e in startable(waiting, running, free, one_at_a_time)) == started


@pytest.mark.parametrize(
    ("waiting", "running", "free", "coming", "started"),
    [
        pytest.param([tf("a"), pt("b")], [], {"torch": 1}, ["tensorflow"], "", id="nobody passes one whose worker starts"),
        pytest.param([pt("b"), tf("a")], [], {"torch": 1}, ["tensorflow"], "b", id="it holds up nobody before it"),
        pytest.param(
            [pt("b", race=True), tf("a", race=True)], [], {"torch": 1}, ["tensorflow"], "", id="a race waits for both workers"
        ),
        pytest.param([tf("a"), pt("b")], [], {"torch": 1}, [], "b", id="until patience ends"),
    ],
)
def test_a_worker_that_is_about_to_start_is_waited_for(waiting, running, free, coming, started):
    assert "".join(e.run_id for e in startable(waiting, running, free, True, coming)) == started


@pytest.mark.parametrize(("run_id", "place"), [("a", 0), ("b", 1), ("c", 2), ("?", None)])
def test_position_counts_from_one_in_the_queue(run_id, place):
    assert position([pt("b"), tf("c")], [tf("a")], run_id) == place
