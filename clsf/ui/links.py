"""What a link may say: Streamlit reads the values of widgets from it, and takes what no widget can hold for a choice."""

from __future__ import annotations

import math

import streamlit as st

from clsf import checks
from clsf.errors import ClsfError
from clsf.words import say

MOST = 2**53  # the browser's numbers are whole up to here, and what is sent to it has no room for much larger ones
MOST_TEXT = 8_000  # characters; browsers and servers take addresses of about as many


def tidy() -> None:
    """Take out of the link what no widget can hold, before any widget reads it: a session may be sent to another link."""
    for name in list(st.query_params):
        if not all(usable(value) for value in st.query_params.get_all(name)):
            del st.query_params[name]


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
