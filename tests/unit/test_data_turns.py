"""The server reads a few uploads at a time, one per reader, in the order in which they came."""

import threading
import time

import pytest

from clsf.data import access, upload
from clsf.data.turns import Turns


class Reading:
    """A thread that holds a turn until it is told to end."""

    def __init__(self, turns, owner, most=2):
        self.before, self.began, self.end = [], threading.Event(), threading.Event()

        def work():
            with turns.turn(owner, most, self.before.append):
                self.began.set()
                self.end.wait(10)

        self.thread = threading.Thread(target=work)
        self.thread.start()
        if not self.began.wait(0.1):
            deadline = time.monotonic() + 5
            while not self.before and time.monotonic() < deadline:
                time.sleep(0.01)

    def over(self):
        self.end.set()
        self.thread.join(10)


def test_so_many_at_once_and_the_next_when_one_is_done():
    turns = Turns()
    a, b, c, d = (Reading(turns, owner) for owner in "abcd")
    assert [r.began.is_set() for r in (a, b, c, d)] == [True, True, False, False]
    assert (c.before[0], d.before[0]) == (2, 3)
    b.over()
    assert c.began.wait(5)
    assert not d.began.is_set()
    for reading in (a, c, d):
        reading.over()
    assert d.began.is_set()


def test_one_reader_has_one_turn_at_a_time_and_holds_up_nobody():
    turns = Turns()
    first, second, third = Reading(turns, "greedy"), Reading(turns, "greedy"), Reading(turns, "greedy")
    other = Reading(turns, "other")
    assert [r.began.is_set() for r in (first, second, third, other)] == [True, False, False, True]
    first.over()
    assert second.began.wait(5)
    for reading in (second, third, other):
        reading.over()


def test_the_program_has_many_at_once():
    turns = Turns()
    both = Reading(turns, access.PROGRAM), Reading(turns, access.PROGRAM)
    assert all(r.began.is_set() for r in both)
    for reading in both:
        reading.over()


def test_who_gives_up_while_waiting_leaves_the_line():
    turns = Turns()
    first = Reading(turns, "a", 1)

    class Gone(Exception):  # noqa: N818
        pass

    def leave(before):
        raise Gone

    with pytest.raises(Gone), turns.turn("b", 1, leave):
        pytest.fail("it had a turn")
    third = Reading(turns, "c", 1)
    assert third.before[0] == 1
    first.over()
    assert third.began.wait(5)
    third.over()


def test_of_thirty_uploads_never_more_than_two_are_read(monkeypatch):
    monkeypatch.setattr(upload, "_turns", Turns())
    now, most, lock = [0], [0], threading.Lock()

    def work(*_):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)
        with lock:
            now[0] -= 1
        return {"counts": {}}

    monkeypatch.setattr(upload, "_done", work)

    def read(owner):
        with access.working_for(owner):
            upload.worked(None, {}, lambda *_: None, ())

    threads = [threading.Thread(target=read, args=(f"student {n}",)) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most[0] == 2
