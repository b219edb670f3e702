"""Messages reach the server's event loop together, in order, and wake it once."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime

from clsf.ui import wakeups

COUNT = 100


@pytest.fixture(autouse=True)
def joined(monkeypatch):
    """Apply our change to Streamlit twice; undo it after the test."""
    for kind, name in ((AppSession, "_call_soon_on_event_loop"), (Runtime, "_enqueued_some_message")):
        own = getattr(kind, name)
        monkeypatch.setattr(kind, name, getattr(own, "__wrapped__", own))
    wakeups.join()
    wakeups.join()


class Loop:
    """An event loop in a thread that counts its wake-ups; `hold` keeps it busy until released."""

    def __init__(self) -> None:
        self.loop, self.woken, self.held = asyncio.new_event_loop(), 0, threading.Event()
        self.told: list[dict] = []
        self.loop.set_exception_handler(lambda loop, context: self.told.append(context))
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def hold(self) -> None:
        self.loop.call_soon_threadsafe(self.held.wait, 10)

    def call_soon_threadsafe(self, call) -> None:
        self.woken += 1
        self.loop.call_soon_threadsafe(call)

    def is_closed(self) -> bool:
        return self.loop.is_closed()

    def end(self) -> None:
        self.held.set()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@pytest.fixture
def loop():
    made = Loop()
    yield made
    if not made.loop.is_closed():
        made.end()


def test_what_waits_is_handed_over_at_once_and_in_order(loop):
    session, made = SimpleNamespace(_event_loop=loop), []
    loop.hold()
    for number in range(COUNT):
        AppSession._call_soon_on_event_loop(session, lambda number=number: made.append(number))
    assert (loop.woken, made) == (1, [])
    loop.end()
    assert made == list(range(COUNT))


def test_what_comes_later_wakes_it_again_and_nothing_is_lost(loop):
    session, made = SimpleNamespace(_event_loop=loop), []

    def write(name: int) -> None:
        for number in range(COUNT):
            AppSession._call_soon_on_event_loop(session, lambda number=number: made.append((name, number)))

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(10)
    loop.end()
    assert len(made) == 4 * COUNT
    for name in range(4):
        assert [number for who, number in made if who == name] == list(range(COUNT))


def test_one_that_fails_is_told_of_and_stops_no_other(loop):
    session, made, error = SimpleNamespace(_event_loop=loop), [], ValueError("no")

    def fail() -> None:
        raise error

    loop.hold()
    for call in (lambda: made.append(1), fail, lambda: made.append(2)):
        AppSession._call_soon_on_event_loop(session, call)
    loop.end()
    assert made == [1, 2]
    assert [context["exception"] for context in loop.told] == [error]


def test_a_server_that_has_ended_is_no_error(loop):
    session = SimpleNamespace(_event_loop=loop)
    loop.end()
    AppSession._call_soon_on_event_loop(session, lambda: pytest.fail("nobody is there to call it"))
    assert loop.woken == 1


def test_the_event_loop_does_not_wake_itself(loop):
    sent = threading.Event()
    objects = SimpleNamespace(eventloop=loop.loop, need_send_data=sent)
    runtime = SimpleNamespace(_async_objs=objects, _get_async_objs=lambda: pytest.fail("Streamlit's own way was taken"))
    loop.loop.call_soon_threadsafe(Runtime._enqueued_some_message, runtime)
    assert sent.wait(10)
    assert not loop.told


def test_another_thread_wakes_it(loop):
    sent = threading.Event()
    objects = SimpleNamespace(eventloop=loop, need_send_data=sent)
    Runtime._enqueued_some_message(SimpleNamespace(_async_objs=objects, _get_async_objs=lambda: objects))
    assert sent.wait(10)
    assert loop.woken == 1
