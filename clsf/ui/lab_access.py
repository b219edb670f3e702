"""The one lab of this server process: opened when the first page needs it, shared by all sessions."""

from __future__ import annotations

import gc

import streamlit as st

from clsf.engine import journal
from clsf.lab import Lab, open_lab


def get_lab() -> Lab:
    """Return the lab. Tests replace this function, so callers say `lab_access.get_lab()`."""
    return _opened()


@st.cache_resource(show_spinner=False, on_release=lambda lab: lab.close())
def _opened() -> Lab:
    journal.configure()
    lab = open_lab()
    # What is loaded by now stays until the end. Set aside, it is not looked through for garbage again and again: with a class
    # at work that took 160 ms every three seconds, in which no page was answered.
    gc.collect()
    gc.freeze()
    return lab
