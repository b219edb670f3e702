"""Which language the reader sees: ?lang= in the link, else what was chosen in this session, else the browser's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from clsf.ui.shared import state

T = TypeVar("T")

LANGUAGES = {"en": "English", "ko": "한국어"}
PARAMETER = "lang"


_carried: ContextVar[str] = ContextVar("carried_language", default="")
"""The reader's language in a thread without a session, such as one that makes a file."""

_known = threading.local()  # per thread that runs a page: its reader and language


def chosen() -> str:
    """Return the code of the language to show. It is cached per thread, because every text on a page needs it."""
    context = get_script_run_ctx()
    if context is None:
        return _carried.get() or _chosen()
    if getattr(_known, "context", None) is not context:
        _known.code, _known.context = _chosen(), context
    return _known.code


def carried(work: Callable[..., T]) -> Callable[..., T]:
    """Return the same function, running in the current language in any thread."""
    code = chosen()

    def done(*args: object) -> T:
        token = _carried.set(code)
        try:
            return work(*args)
        finally:
            _carried.reset(token)

    return done


def _chosen() -> str:
    browsers = (st.context.locale or "en").split("-")[0].lower()
    return st.session_state.get(state.LANGUAGE) or (browsers if browsers in LANGUAGES else "en")


def _choose(code: str) -> None:
    st.session_state[state.LANGUAGE] = code
    _known.context = None  # ask again


def remember() -> None:
    """Take the language from the link, and put a chosen one back into a link that lost it. Call once per page run."""
    linked = st.query_params.get(PARAMETER)
    if linked in LANGUAGES:
        _choose(linked)
    elif state.LANGUAGE in st.session_state:
        st.query_params[PARAMETER] = st.session_state[state.LANGUAGE]


def switch() -> None:
    """Show the switch, labelled in both languages, so that a reader of only one of them finds it."""
    st.session_state[state.LANGUAGE_SWITCH] = chosen()
    st.segmented_control(
        "Language · 언어", list(LANGUAGES), format_func=LANGUAGES.__getitem__, key=state.LANGUAGE_SWITCH, on_change=_switched, required=True,
    )  # fmt: skip


def _switched() -> None:
    _choose(st.session_state[state.LANGUAGE_SWITCH])
    st.query_params[PARAMETER] = st.session_state[state.LANGUAGE]
