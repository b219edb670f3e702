"""What a student has done in the bug lab in this session: the case in the link, probes, hints, answers, the streak."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from clsf.errors import SpecError
from clsf.faults.lab import Attempt, Case, case_of, daily, new_case
from clsf.ui.shared import facts

CASE = "case"  # in the link, so that a class can be given one
LEVEL, FRAMEWORK = "buglab_level", "buglab_framework"
_ATTEMPTS, _SOLVED, _STREAK = "buglab_attempts", "buglab_solved", "buglab_streak"


def chosen() -> Case:
    """Return the case of the link; today's if there is none, or none of that name."""
    code = st.query_params.get(CASE, "")
    try:
        return case_of(code) if code else daily("torch", datetime.now(UTC).date())
    except SpecError:
        return daily("torch", datetime.now(UTC).date())


def begin_new() -> None:
    """Put another case of the chosen level and framework into the link."""
    level, framework = st.session_state.get(LEVEL, 2), st.session_state.get(FRAMEWORK, "torch")
    st.query_params[CASE] = new_case(framework, level, random.randrange(999)).code


def begin_daily() -> None:
    """Put today's case into the link."""
    framework = st.session_state.get(FRAMEWORK, "torch")
    st.query_params[CASE] = daily(framework, datetime.now(UTC).date()).code


def attempt(code: str) -> Attempt:
    """Return what was done in a case."""
    return st.session_state.setdefault(_ATTEMPTS, {}).get(code, Attempt())


def note(code: str, **changes: object) -> None:
    """Change what was done in a case."""
    st.session_state[_ATTEMPTS] = {**st.session_state.get(_ATTEMPTS, {}), code: replace(attempt(code), **changes)}


def solved(code: str) -> int | None:
    """Return the points that a case brought; None while it isn't solved."""
    return st.session_state.get(_SOLVED, {}).get(code)


def solve(code: str, points: int) -> None:
    """Note that a case is solved."""
    if solved(code) is None:
        st.session_state[_SOLVED] = {**st.session_state.get(_SOLVED, {}), code: points}
        st.session_state[_STREAK] = streak() + 1
    facts.tell("buglab", solved=len(st.session_state[_SOLVED]), points=points)


def miss() -> None:
    """A wrong answer ends the streak."""
    st.session_state[_STREAK] = 0


def streak() -> int:
    """Return how many cases were solved in a row."""
    return st.session_state.get(_STREAK, 0)


def total() -> int:
    """Return all points of this session."""
    return sum(st.session_state.get(_SOLVED, {}).values())
