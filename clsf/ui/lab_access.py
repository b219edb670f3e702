"""The one lab of this server process: opened when the first page needs it, shared by all sessions."""

from __future__ import annotations

import gc
import logging

import streamlit as st

from clsf.engine import journal
from clsf.errors import ClsfError
from clsf.lab import Lab, open_lab

logger = logging.getLogger("clsf.ui")

_refused: set[str] = set()  # why the lab could not be opened, as the log was told


def get_lab() -> Lab:
    """Return the lab. Tests replace this function, so callers say `lab_access.get_lab()`."""
    return _opened()


@st.cache_resource(show_spinner=False, on_release=lambda lab: lab.close())
def _opened() -> Lab:
    try:
        journal.configure()
        lab = open_lab()
    except ClsfError as error:  # a setting that can't be used, most of all; each page tries again, and the log hears of it once
        if str(error) not in _refused:
            _refused.add(str(error))
            logger.error("The dashboard can't train: %s", error)
        raise
    # What is loaded by now stays until the end. Set aside, it is not looked through for garbage again and again: with a class
    # at work that took 160 ms every three seconds, in which no page was answered.
    gc.collect()
    gc.freeze()
    return lab
