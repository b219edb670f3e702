"""How often a page looks at runs: as often as it helps the reader, and no oftener than the server can look for a whole class."""

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
"""At steady runs, of all sessions together: a look takes the server 10 to 15 ms of one core, which the pages need, too."""
LARGEST = 2.5  # seconds between two looks at a steady run
RECENT = 6.0  # seconds since the last look of a session that counts as looking

PATIENCE = 5.0  # seconds until a look begins beside another one
ASK = 0.25  # seconds between two questions of a look that waits whether it is still wanted
REST = 1.0  # as a share of the time that the look took
LONGEST_REST = 0.2  # seconds

_lock = threading.Lock()


def of(records: Sequence[RunRecord]) -> Pace | None:
    """Return how these runs are to be looked at; None when nothing new will come."""
    going = [record for record in records if not record.over]
    if not going:
        return None
    if 0 <= time.time() - records[0].created < YOUNG and records[0].owner == state.owner():
        return "young"
    return "waiting" if all(record.status == "queued" for record in going) else "steady"


def seconds(pace: Pace | None) -> float | None:
    """Return the seconds until the next look, None for never; a crowd is looked after a little less often."""
    if pace != "steady":
        return None if pace is None else SECONDS[pace]
    return min(max(SECONDS["steady"], len(_looks()) / LOOKS_A_SECOND), LARGEST)


def looked() -> None:
    """Note that this session looks at a run now."""
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
    """Look when it is this session's turn: one look at a time, so that a crowd that looks does not hold up who turns a page.

    Many threads of Python at once all take many times as long, and each of them waits for all others. After a look, looking rests for a
    while: in between, pages are drawn and what was drawn is sent. So where the server is too slow for all, they see new points later,
    and pages stay quick. Nobody waits for more than PATIENCE seconds, and who turns a page does not wait at all.
    """
    context = get_script_run_ctx()
    if context is not None and not context.fragment_ids_this_run:  # the whole page
        yield
        return
    with _queue.place(lambda: context is not None and _CLICK in context.session_state):
        yield


_CLICK = "whether the reader has clicked meanwhile"
"""No key of a session. Asking a session for any key is where Streamlit ends a look of a reader who wants another page by now."""


class _Queue:
    """Looks that wait, in the order in which they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()  # the first one looks, or is about to
        self._free = 0.0  # by the monotonic clock: when the next look may begin

    @contextmanager
    def place(self, still_wanted: Callable[[], object]) -> Iterator[None]:
        """Wait for one's turn, and make way for the next. `still_wanted` is called now and then, and may raise to end the waiting."""
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
    """Session -> when it looked last, by the monotonic clock."""
    return {}
