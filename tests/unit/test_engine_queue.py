"""Which runs may start, case by case."""

import pytest

from clsf.engine.queue import QueueEntry, held_back, in_turn, position, startable, starts

ONE_EACH = {"tensorflow": 1, "torch": 1}


def tf(run_id, group="g", race=False):
    return QueueEntry(run_id, "tensorflow", group, race)


def pt(run_id, group="g", race=False):
    return QueueEntry(run_id, "torch", group, race)


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


def arm(run_id, start="experiment", owner="ann", framework="torch", race=True):
    return QueueEntry(run_id, framework, f"group of {run_id}", race, owner, start)


@pytest.mark.parametrize(
    ("waiting", "running", "free", "cores", "started"),
    [
        pytest.param([arm("a"), arm("b"), arm("c")], [], {"torch": 3}, 2, "ab", id="as many as there are cores"),
        pytest.param([arm("a"), arm("b"), arm("c")], [], {"torch": 1}, 2, "a", id="as many as there are workers"),
        pytest.param([arm("b")], [arm("a")], {"torch": 1}, 2, "b", id="the next joins"),
        pytest.param([arm("b")], [arm("a")], {"torch": 1}, 1, "", id="one core"),
        pytest.param([arm("b", race=False)], [arm("a")], {"torch": 1}, 2, "", id="one that is to train in turn"),
        pytest.param([arm("b", "other")], [arm("a")], {"torch": 1}, 2, "", id="two experiments do not mix"),
        pytest.param([tf("x", "other"), arm("b")], [arm("a")], {"torch": 1, "tensorflow": 1}, 2, "", id="nobody is passed"),
        pytest.param(
            [arm("a"), arm("b", framework="tensorflow")], [], {"torch": 1, "tensorflow": 1}, 2, "ab", id="of both frameworks"
        ),
    ],
)
def test_small_runs_of_an_experiment_share_the_cores(waiting, running, free, cores, started):
    assert "".join(e.run_id for e in startable(waiting, running, free, True, (), cores)) == started


def test_on_one_machine_an_experiment_is_one_start_among_those_that_may_run():
    waiting = [arm("b"), arm("c"), arm("x", "other")]
    assert held_back(waiting, [arm("a")], 1, one_at_a_time=True) == {"x"}
    assert held_back(waiting, [arm("a")], 1) == {"b", "c", "x"}  # on a cluster it would use all workers


@pytest.mark.parametrize(("run_id", "place"), [("a", 0), ("b", 1), ("c", 2), ("?", None)])
def test_position_counts_from_one_in_the_queue(run_id, place):
    assert position([pt("b"), tf("c")], [tf("a")], run_id) == place


def of(owner, run_id, group=None, start=""):
    return QueueEntry(run_id, "torch", group or f"group of {run_id}", False, owner, start)


def order(waiting, running=(), served=None):
    return "".join(entry.run_id for entry in in_turn(waiting, running, served or {}))


def test_owners_take_turns_though_one_queued_much_first():
    many = [of("ann", name) for name in "abcdef"]
    assert order([*many, of("bob", "x"), of("cem", "y"), of("bob", "z")]) == "axybzcdef"


def test_who_was_served_longest_ago_comes_first():
    waiting = [of("ann", "a"), of("bob", "b"), of("cem", "c")]
    assert order(waiting, served={"ann": 3, "bob": 1}) == "cba"


def test_whose_start_is_running_has_had_the_first_turn():
    running = [of("ann", "r")]
    assert order([of("ann", "a"), of("bob", "b"), of("ann", "c"), of("bob", "d")], running) == "badc"
    assert order([of("ann", "a"), of("ann", "c"), of("bob", "b")], running) == "bac"


def test_the_other_half_of_what_is_running_comes_before_everybody():
    assert order([of("bob", "b"), of("ann", "t", "pair")], [of("ann", "r", "pair")]) == "tb"


def test_runs_of_one_start_stay_together():
    waiting = [of("ann", "a", "one"), of("bob", "x", "two"), of("ann", "b", "one"), of("bob", "y", "two")]
    assert order(waiting) == "abxy"


def test_strangers_without_a_name_each_have_turns_of_their_own():
    assert order([of("", "a"), of("", "b"), of("ann", "c"), of("ann", "d")]) == "abcd"


def test_one_session_does_not_take_all_workers_of_a_cluster():
    waiting = [of("ann", "a", "one"), of("ann", "b", "one"), of("ann", "c", "two"), of("bob", "x")]
    assert held_back(waiting, [], 1) == {"c"}
    assert held_back(waiting, [of("ann", "r", "zero")], 1) == {"a", "b", "c"}
    assert held_back(waiting, [of("ann", "r", "zero")], 2) == {"c"}
    assert held_back([of("", "a"), of("", "b")], [of("", "r")], 1) == set()


def test_an_experiment_is_one_start():
    waiting = [of("ann", name, start="experiment") for name in "abc"] + [of("ann", "d"), of("bob", "e")]
    assert starts(waiting, "ann") == 2
    assert starts(waiting, "bob") == 1
