"""What a link may say: Streamlit reads the values of widgets from it, and takes what no widget can hold for a choice."""

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

MOST = 2**53  # the browser's numbers are whole up to here, and what is sent to it has no room for much larger ones
MOST_TEXT = 8_000  # characters; browsers and servers take addresses of about as many


def tidy() -> None:
    """Take out of the link what no widget can hold, before any widget reads it: a session may be sent to another link.

    What a widget is bound to can't be taken out so; Streamlit does that itself when the value is refused, see `guard`.
    """
    guard()
    for name in list(st.query_params):
        if not all(usable(value) for value in st.query_params.get_all(name)):
            with suppress(StreamlitAPIException):
                del st.query_params[name]


def guard() -> None:
    """Have Streamlit refuse, for every widget, what `usable` refuses. It calls this reader alone for values of a link.

    Streamlit 1.67 lets an OverflowError of int("inf") through, and the page shows an error that the link brings back.
    """
    if session_state.parse_url_param is not _parsed:
        session_state.parse_url_param = _parsed


def _parsed(value: str | list[str], value_type: str) -> object:
    if not all(usable(part) or part == "" for part in ([value] if isinstance(value, str) else value)):
        raise ValueError("no widget can hold this value of the link")
    return parse_url_param(value, value_type)


def usable(value: str) -> bool:
    """Return whether a widget can hold a value of a link: text that can be shown, or a number that is not beyond all measure."""
    if not value or len(value) > MOST_TEXT:
        return False
    try:
        checks.text(ClsfError, say("link"), value)
        number = float(value)
    except ClsfError:
        return False
    except ValueError:  # no number
        return True
    return math.isfinite(number) and abs(number) <= MOST
