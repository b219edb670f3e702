"""How often and in which order runs are refreshed, that a class shares one drawing, and that no refresh runs a full collection."""

from __future__ import annotations

import json
import threading
import time
import tomllib
from functools import partial
from pathlib import Path

import pytest

from clsf.events import BatchesEnded, RunEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.ui.shared import figures, language, pace, state


@pytest.fixture(autouse=True)
def reader(monkeypatch):
    monkeypatch.setattr(state, "owner", lambda: "ann")


def record(age=0.0, status="running", owner="ann", name="r") -> RunRecord:
    made = RunRecord(name, "g", "torch", preset("tiny", 10), Plan("digits"), time.time() - age, owner)
    made.status = status
    return made


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([{}], "young"),
        ([{"status": "queued"}], "young"),
        ([{"age": 20}], "steady"),
        ([{"owner": "bob"}], "steady"),  # a session that only watches can wait
        ([{"age": 20, "status": "queued"}], "waiting"),
        ([{"age": 20, "status": "finished"}, {"age": 20, "status": "queued"}], "waiting"),
        ([{"age": 20, "status": "queued"}, {"age": 20}], "steady"),
        ([{"age": -3600}], "steady"),  # the clock was put back
        ([{"status": "finished"}, {"status": "failed"}], None),
    ],
)
def test_the_pace(found, expected):
    # The runs are made here and not in the list above, which is evaluated at collection, minutes before this test runs.
    assert pace.of([record(**given) for given in found]) == expected


@pytest.mark.parametrize(("crowd", "expected"), [(0, 1.0), (20, 1.0), (33, 1.0), (50, 50 / 33), (100, 2.5), (500, 2.5)])
def test_a_crowd_is_looked_after_less_often(monkeypatch, crowd, expected):
    monkeypatch.setattr(pace, "_looks", lambda: dict.fromkeys(range(crowd), 0.0))
    assert pace.seconds("steady") == expected
    assert (pace.seconds("young"), pace.seconds("waiting"), pace.seconds(None)) == (0.5, 3.0, None)


def test_who_has_gone_is_no_longer_of_the_crowd(monkeypatch):
    class Context:
        session_id = "new"

    looks = {"old": time.monotonic() - pace.RECENT - 1, "other": time.monotonic()}
    monkeypatch.setattr(pace, "_looks", lambda: looks)
    monkeypatch.setattr(pace, "get_script_run_ctx", Context)
    pace.looked()
    assert set(looks) == {"other", "new"}


def test_a_drawing_serves_everybody_for_a_moment_and_the_last_one_is_exact(monkeypatch):
    clock, drawn = [100.0], []
    monkeypatch.setattr(figures.time, "monotonic", lambda: clock[0])
    figures._shelf.clear()
    run = record(age=20, name="shared")

    def make() -> tuple[dict, str]:
        drawn.append(1)
        return {"number": len(drawn)}, "words"

    def number(name: str = "loss") -> int:
        packed, alt = figures.shared(name, [run], make)
        assert alt == "words"
        return json.loads(packed)["number"]

    def learn() -> None:
        run.fold(BatchesEnded(1, len(run.steps) + 1, (1.0,), (0.5,), (0.1,), 0.001, 100.0, 1.0))

    assert (number(), number()) == (1, 1)
    learn()
    assert number() == 1  # a moment later
    clock[0] += figures.SHARED + 0.1
    assert (number(), number()) == (2, 2)
    clock[0] += 10
    assert number() == 2  # nothing new
    run.fold(RunEnded("torch", "finished", 1, 1.0, 100.0))
    assert number() == 3  # at once, because nobody looks again
    assert number("accuracy") == 4  # something different
    monkeypatch.setattr(language, "chosen", lambda: "ko")
    assert number() == 5  # with another language's words
    figures._shelf.clear()


@pytest.fixture(autouse=True)
def queue(monkeypatch):
    monkeypatch.setattr(pace, "_queue", pace._Queue())


def crowd(looks) -> float:
    """Start looks one after the other and wait for all; return the seconds that it took."""
    began = time.monotonic()
    threads = [threading.Thread(target=look) for look in looks]
    for thread in threads:
        thread.start()
        time.sleep(0.002)
    for thread in threads:
        thread.join(10)
    return time.monotonic() - began


def test_one_looks_at_a_time_in_turns_and_rests_after_it(monkeypatch):
    looking, most, order = [], [], []

    @pace.turn()
    def look(name: int, seconds: float) -> None:
        looking.append(name)
        order.append(name)
        most.append(len(looking))
        time.sleep(seconds)
        looking.remove(name)

    assert crowd([partial(look, name, 0.02) for name in range(5)]) >= 0.18  # five looks and four rests
    assert most == [1] * 5
    assert order == list(range(5))
    monkeypatch.setattr(pace, "LONGEST_REST", 0.0)
    assert crowd([partial(look, name, 0.1) for name in range(5)]) < 0.85  # no rests


def test_nobody_waits_for_long(monkeypatch):
    monkeypatch.setattr(pace, "PATIENCE", 0.05)
    looking, most = [], []

    @pace.turn()
    def look() -> None:
        looking.append(1)
        most.append(len(looking))
        time.sleep(0.5)
        looking.pop()

    assert crowd([look] * 3) < 1.2  # the others did not wait for the first
    assert max(most) > 1


def test_who_clicks_while_a_look_waits_gets_the_page_and_the_next_one_its_turn(monkeypatch):
    """Streamlit stops a session's run at a call to the session if the reader has asked for another page meanwhile."""
    clicked, seen = threading.Event(), []

    class Session:
        def __contains__(self, key: str) -> bool:
            if clicked.is_set():
                raise InterruptedError
            return False

    class Context:
        fragment_ids_this_run = ("look",)
        session_state = Session()

    monkeypatch.setattr(pace, "ASK", 0.01)

    @pace.turn()
    def look(name: str, seconds: float = 0.0) -> None:
        seen.append(name)
        time.sleep(seconds)

    def waits() -> None:
        with pytest.raises(InterruptedError):
            look("waits")
        seen.append("gave way")

    first = threading.Thread(target=look, args=("first", 0.5))
    first.start()
    while not seen:
        time.sleep(0.001)
    monkeypatch.setattr(pace, "get_script_run_ctx", Context)
    second, third = threading.Thread(target=waits), threading.Thread(target=look, args=("third",))
    second.start()
    time.sleep(0.05)
    clicked.set()
    second.join(10)
    assert seen == ["first", "gave way"]  # long before the first had ended
    clicked.clear()
    third.start()
    for thread in (first, third):
        thread.join(10)
    assert seen[2:] == ["third"]


def test_a_whole_page_waits_for_nobody(monkeypatch):
    class Context:
        fragment_ids_this_run = ()

    looks = threading.Thread(target=pace.turn()(time.sleep), args=(0.5,))
    looks.start()
    time.sleep(0.05)
    monkeypatch.setattr(pace, "get_script_run_ctx", Context)
    began = time.monotonic()
    with pace.turn():
        assert time.monotonic() - began < 0.2
    looks.join(10)


def test_a_look_that_fails_lets_the_next_one_in():
    @pace.turn()
    def look() -> None:
        raise ValueError("no")

    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(ValueError, match="no"):
            look()
        assert time.monotonic() - began < pace.PATIENCE / 2


def test_no_look_at_a_page_collects_all_garbage():
    settings = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text("utf-8"))
    assert settings["runner"]["postScriptGC"] is False
