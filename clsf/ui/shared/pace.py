"""How often a page looks at runs: as often as it helps the reader, and no oftener than the server can look for a whole class."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from clsf.runs.record import RunRecord
from clsf.ui.shared import state

Pace = Literal["young", "waiting", "steady"]

YOUNG = 15.0  # seconds after the start; a first training of the digits is over by then
SECONDS: dict[Pace, float] = {"young": 0.5, "waiting": 3.0, "steady": 1.0}
CROWDS = ((20, 1.0), (100, 1.25))  # up to so many sessions that look at runs: seconds between two looks at a steady one
LARGEST = 2.5  # seconds, beyond; one look takes the server about 10 ms, and a process of Python has one core
RECENT = 6.0  # seconds since the last look of a session that counts as looking

PATIENCE = 1.0  # seconds until a look begins beside another one

_lock = threading.Lock()
_turn = threading.Semaphore()


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
    crowd = len(_looks())
    return next((between for most, between in CROWDS if crowd <= most), LARGEST)


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

    Many threads of Python at once all take many times as long, and each of them waits for all others. Nobody waits for more
    than PATIENCE seconds, and anyone who turned a page does not wait at all.
    """
    context = get_script_run_ctx()
    whole_page = context is not None and not context.fragment_ids_this_run
    mine = not whole_page and _turn.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if mine:
            _turn.release()


@st.cache_resource(show_spinner=False)
def _looks() -> dict[str, float]:
    """Session -> when it looked last, by the monotonic clock."""
    return {}
