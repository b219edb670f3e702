"""Running the programs of cases: one at a time on the whole server, each once."""

from __future__ import annotations

from threading import Lock

import streamlit as st

from clsf.faults.lab import case_of
from clsf.faults.running import Ran, run

SECONDS = 300

_one_at_a_time = Lock()


@st.cache_data(max_entries=60, show_spinner=False)
def ran(code: str, healthy: bool = False) -> Ran | None:
    """Return what a case's program did, or its healthy twin's; None if it didn't end in time."""
    case = case_of(code)
    with _one_at_a_time:
        return run([case.healthy if healthy else case.faulty], SECONDS)[0]
