"""Long work that outlives a look at the page: kept once per server process, found again by a name in the link.

A job is any value with a `background`. Leaving the page, another language or a reload do not end it; `stop` does, and so
does a newer job of the same kind.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

import streamlit as st

MOST = 60  # jobs kept of all readers together; the longest unused goes first
TICK = 0.7  # seconds between two looks at a job

_lock = threading.Lock()


@st.cache_resource(show_spinner=False)
def _shelf() -> OrderedDict[str, object]:
    return OrderedDict()


def put(kind: str, job: object) -> None:
    """Keep a job as this reader's one of its kind."""
    before = current(kind)
    if before is not None:
        before.background.stop()
    name, gone = secrets.token_urlsafe(9), []
    with _lock:
        shelf = _shelf()
        shelf[name] = job
        while len(shelf) > MOST:
            gone.append(shelf.popitem(last=False)[1])
    for old in gone:
        old.background.stop()
    st.session_state[_name(kind)] = name
    st.query_params[kind] = name


def current(kind: str) -> object | None:
    """Return this reader's job of a kind, or the one in the link; None if there is none any more."""
    name = st.query_params.get(kind) or st.session_state.get(_name(kind))
    if not name:
        return None
    with _lock:
        shelf = _shelf()
        job = shelf.get(name)
        if job is not None:
            shelf.move_to_end(name)
    if job is None:
        forget(kind)
        return None
    st.session_state[_name(kind)] = name
    if st.query_params.get(kind) != name:
        st.query_params[kind] = name
    return job


def forget(kind: str) -> None:
    """Keep no job of this kind."""
    st.session_state.pop(_name(kind), None)
    st.query_params.pop(kind, None)


def stop(kind: str) -> None:
    """End this reader's job of a kind after what it is doing; what it said stays."""
    job = current(kind)
    if job is not None:
        job.background.stop()


def _name(kind: str) -> str:
    return f"{kind}_job"
