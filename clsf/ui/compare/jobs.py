"""Long jobs that continue when the reader leaves the page: kept once per server process, found again by a name in the link.

A job is any value with a `background`. Leaving the page, changing the language or reloading do not end it; `stop` does, as
does a newer job of the same kind.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import streamlit as st

from clsf.runs import sharing
from clsf.ui.shared import linked, state, units
from clsf.ui.shared.text import t, tn

MOST = 60  # jobs kept of all readers together; the longest unused goes first
TICK = 0.7  # seconds between two looks at a job

OWN = "compare_own_jobs"  # session_state: names of the jobs that this session began

_lock = threading.Lock()


@st.cache_resource(show_spinner=False)
def _shelf() -> OrderedDict[str, object]:
    return OrderedDict()


@st.cache_resource(show_spinner=False)
def _owners() -> dict[str, str]:
    """Name of a stored job -> the reader who started it."""
    return {}


def put(kind: str, job: object) -> None:
    """Keep a job as this reader's one of its kind."""
    stop(kind)
    name, gone = secrets.token_urlsafe(9), []
    with _lock:
        shelf = _shelf()
        shelf[name] = job
        _owners()[name] = state.owner()
        while len(shelf) > MOST:
            oldest, job_gone = shelf.popitem(last=False)
            _owners().pop(oldest, None)
            gone.append(job_gone)
    for old in gone:
        old.background.stop()
    st.session_state.setdefault(OWN, set()).add(name)
    linked.keep(_name(kind), name, kind)


def show_trainings(kind: str, done: int, total: int, began: float) -> None:
    """Show how many trainings of a job are done, the estimated end (`began`: monotonic clock), and a stop button."""
    text = tn("{done} of {total} training", "{done} of {total} trainings", total, done=done, total=total)
    if done:
        left = (time.monotonic() - began) / done * (total - done)
        text += " · " + t("about {time} left", time=units.duration(max(left, 0)))
    show_progress(kind, done / total, text)


def show_progress(kind: str, share: float, text: str) -> None:
    """Show how far a job is, and the button that stops it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, text)
        st.button(t("Stop"), key=f"stop_{kind}", icon=":material/stop:", on_click=stop, args=(kind,), disabled=not own(kind))


def own(kind: str) -> bool:
    """Return whether this reader started the job in view; a reader who only has its link may look but not stop it."""
    name = st.query_params.get(kind) or st.session_state.get(_name(kind))
    return name in st.session_state.get(OWN, ()) or (name in _owners() and _owners()[name] == state.owner())


def current(kind: str) -> object | None:
    """Return this reader's job of a kind, or the one in the link; None if there is none or it is gone."""
    name = st.query_params.get(kind) or st.session_state.get(_name(kind))
    if not name:
        return None
    with _lock:
        shelf = _shelf()
        job = shelf.get(name)
        if job is None or not _may_see(job, _owners().get(name, "")):
            forget(kind)
            return None
        shelf.move_to_end(name)
    st.session_state[_name(kind)] = name
    linked.put(kind, name)
    return job


def _may_see(job: object, owner: str) -> bool:
    """Return whether the reader may see a job's results, because a lockstep keeps its input images."""
    plan = getattr(job, "plan", None)
    return plan is None or sharing.may_see(plan.data, owner)


def forget(kind: str) -> None:
    """Keep no job of this kind."""
    linked.keep(_name(kind), None, kind)


def stop(kind: str) -> None:
    """Stop this reader's job of a kind after its current training; its results stay. A job of another reader goes on."""
    job = current(kind)
    if job is not None and own(kind):
        job.background.stop()


def page_of(
    kind: str, choose: Callable[[], tuple | None], start: Callable[..., None], look: Callable[[object], None],
    hint: Callable[[], str], icon: str, example: Callable[[], None],
) -> None:  # fmt: skip
    """Show the choices on the left and this reader's job of a kind on the right, refreshed until it has finished.

    `choose` shows the widgets and returns what to `start` with when the button was pressed. While there is no job, `hint` and the
    `example` of a result are shown.
    """
    left, right = st.columns([1, 2.4], gap="large")
    with left:
        asked = choose()
    if asked is not None:
        start(*asked)
    with right:
        job = current(kind)
        if job is None:
            st.info(hint(), icon=icon)
            example()
        else:
            st.fragment(_look, run_every=None if job.background.over else TICK)(look, job, job.background.over)


def _look(look: Callable[[object], None], job: object, was_over: bool) -> None:
    look(job)
    if not was_over and job.background.over:
        st.rerun()  # once more, without a timer


def _name(kind: str) -> str:
    return f"{kind}_job"
