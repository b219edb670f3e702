"""How often a page refreshes runs: as often as helps the reader, but no more often than the server can do for a whole class."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from clsf.runs.record import RunRecord
from clsf.ui.shared import state

Pace = Literal["young", "waiting", "steady"]

YOUNG = 15.0  # seconds after the start; a first training of the digits is over by then
SECONDS: dict[Pace, float] = {"young": 0.5, "waiting": 3.0, "steady": 1.0}
LOOKS_A_SECOND = 33
"""Refreshes of steady runs, all sessions together: one takes the server 10 to 15 ms of one core, which pages also need."""
LARGEST = 2.5  # seconds between two refreshes of a steady run
RECENT = 6.0  # seconds since the last refresh of a session that still counts as watching

PATIENCE = 5.0  # seconds until a refresh starts in parallel with another one
ASK = 0.25  # seconds between two checks whether a waiting refresh is still wanted
REST = 1.0  # as a share of the time that the refresh took
LONGEST_REST = 0.2  # seconds

_lock = threading.Lock()


def of(records: Sequence[RunRecord]) -> Pace | None:
    """Return how to refresh these runs; None if nothing new will come."""
    going = [record for record in records if not record.over]
    if not going:
        return None
    if 0 <= time.time() - records[0].created < YOUNG and records[0].owner == state.owner():
        return "young"
    return "waiting" if all(record.status == "queued" for record in going) else "steady"


def seconds(pace: Pace | None) -> float | None:
    """Return the seconds until the next refresh, None for never; with many sessions they are refreshed less often."""
    if pace != "steady":
        return None if pace is None else SECONDS[pace]
    return min(max(SECONDS["steady"], len(_looks()) / LOOKS_A_SECOND), LARGEST)


def looked() -> None:
    """Record that this session is watching a run now."""
    context = get_script_run_ctx()
    if context is not None:
        now = time.monotonic()
        with _lock:
            looks = _looks()
            looks[context.session_id] = now
            for session in [name for name, when in looks.items() if now - when > RECENT]:
                del looks[session]


@contextmanager
def turn() -> Iterator[None]:
    """Refresh when it is this session's turn: one refresh at a time, so that many viewers do not delay readers who open a page.

    Many Python threads at the same time each take many times as long, because each waits for all others. After a refresh there is a
    pause, in which pages are drawn and their messages are sent. So if the server is too slow for all viewers, new points come later
    but pages stay fast. No session waits for more than PATIENCE seconds, and opening a page does not wait at all.
    """
    context = get_script_run_ctx()
    if context is not None and not context.fragment_ids_this_run:  # the whole page
        yield
        return
    with _queue.place(lambda: context is not None and _CLICK in context.session_state):
        yield


_CLICK = "whether the reader has clicked meanwhile"
"""A key that no session has. Reading any key is where Streamlit stops the refresh of a reader who has since opened another page."""


class _Queue:
    """Waiting refreshes, in order of arrival."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()  # the first one is refreshing, or about to
        self._free = 0.0  # monotonic clock: when the next refresh may start

    @contextmanager
    def place(self, still_wanted: Callable[[], object]) -> Iterator[None]:
        """Wait for this caller's turn, then let the next one in. `still_wanted` is called regularly; it may raise to stop."""
        turn, last = threading.Event(), time.monotonic() + PATIENCE
        with self._lock:
            self._waiting.append(turn)
            if self._waiting[0] is turn:
                turn.set()
        try:
            while (now := time.monotonic()) < last:
                if turn.wait(min(ASK, last - now)):
                    break
                still_wanted()
            time.sleep(max(min(self._free, last) - time.monotonic(), 0))
            began = time.monotonic()
            yield
            now = time.monotonic()
            self._free = now + min(REST * (now - began), LONGEST_REST)
        finally:
            with self._lock:
                self._waiting.remove(turn)
                if self._waiting:
                    self._waiting[0].set()


_queue = _Queue()


@st.cache_resource(show_spinner=False)
def _looks() -> dict[str, float]:
    """Session -> time of its last refresh, monotonic clock."""
    return {}
