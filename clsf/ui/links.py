"""Checks the values in a link: Streamlit reads widget values from it, and accepts values that no widget can hold."""

from __future__ import annotations

import math
from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.state import session_state
from streamlit.runtime.state.query_params import parse_url_param

from clsf import checks
from clsf.errors import ClsfError
from clsf.words import say

MOST = 2**53  # the browser's numbers are exact integers up to here, and messages to it can't hold much larger ones
MOST_TEXT = 8_000  # characters; about the limit of browsers and servers


def tidy() -> None:
    """Remove from the link what no widget can hold, before any widget reads it, because a session may be sent to another link.

    A value bound to a widget can't be removed this way; Streamlit removes it when the value is refused, see `guard`.
    """
    guard()
    for name in list(st.query_params):
        if not all(usable(value) for value in st.query_params.get_all(name)):
            with suppress(StreamlitAPIException):
                del st.query_params[name]


def guard() -> None:
    """Make Streamlit refuse, for every widget, what `usable` refuses. Streamlit calls this parser only for values of a link.

    Streamlit 1.67 lets an OverflowError of int("inf") through, and the page shows an error that the link brings back.
    """
    if session_state.parse_url_param is not _parsed:
        session_state.parse_url_param = _parsed


def _parsed(value: str | list[str], value_type: str) -> object:
    if not all(usable(part) or part == "" for part in ([value] if isinstance(value, str) else value)):
        raise ValueError("no widget can hold this value of the link")
    return parse_url_param(value, value_type)


def usable(value: str) -> bool:
    """Return whether a widget can hold a value of a link: displayable text, or a number that is not too large."""
    if not value or len(value) > MOST_TEXT:
        return False
    try:
        checks.text(ClsfError, say("link"), value)
        number = float(value)
    except ClsfError:
        return False
    except ValueError:  # not a number
        return True
    return math.isfinite(number) and abs(number) <= MOST
