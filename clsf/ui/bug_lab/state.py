"""A student's state in the bug lab: the case in the link; probes, answers and streaks are stored by the browser's key."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime

import streamlit as st

from clsf import FRAMEWORKS
from clsf.errors import ClsfError, SpecError
from clsf.faults.lab import LEVELS, Attempt, BugCase, Streak, case_of, daily, new_case
from clsf.faults.probes import PROBES
from clsf.ui.shared import facts, service_access
from clsf.ui.shared import state as shared

CASE = "case"  # in the link, so that a class can be given one
LEVEL, FRAMEWORK, STEP = "buglab_level", "buglab_framework", "buglab_step"
STEPS = ("symptoms", "probes", "diagnosis", "proof")
PART, STREAK = "buglab", "streak"  # of what is kept
SAID = "buglab_said"  # of a wrong answer, until the page has been redrawn
TROUBLE = "buglab_trouble"  # why progress isn't kept for the next visit, if it isn't
_KEPT, _SHOWN = "buglab_kept", "buglab_shown"


def today() -> date:
    return datetime.now(UTC).date()


def chosen() -> BugCase:
    """Return the case in the link; today's case if the link has none or an unknown name."""
    code = st.query_params.get(CASE, "")
    try:
        case = case_of(code) if code else daily("torch", today())
    except SpecError:
        case = daily("torch", today())
    before = st.session_state.get(_SHOWN)
    if before != case.code:  # another case begins with its symptoms
        st.session_state[_SHOWN] = case.code
        known = "proof" if solved(case.code) is not None else STEPS[0]
        linked = st.query_params.get(STEP) if before is None else None
        st.session_state[STEP] = linked if linked in STEPS else known
        st.session_state.pop(SAID, None)
    return case


def begin_new() -> None:
    """Put another case of the chosen level and framework into the link, one that isn't solved if there is any."""
    level, framework = st.session_state.get(LEVEL, 2), st.session_state.get(FRAMEWORK, FRAMEWORKS[0])
    for _ in range(30):
        code = new_case(framework, level if level in LEVELS else 2, random.randrange(999)).code
        if solved(code) is None:
            break
    st.query_params[CASE] = code


def begin_daily() -> None:
    """Put today's case into the link."""
    st.query_params[CASE] = daily(st.session_state.get(FRAMEWORK, FRAMEWORKS[0]), today()).code


def is_daily(code: str) -> bool:
    """Return whether a case is today's, in one of the frameworks."""
    return any(daily(framework, today()).code == code for framework in FRAMEWORKS)


def attempt(code: str) -> Attempt:
    """Return the student's progress in a case. Progress stored by another version may name probes that no longer exist."""
    row = _kept().get(code, {})
    kept = row.get("probes")
    probes = tuple(name for name in kept if isinstance(name, str) and name in PROBES) if isinstance(kept, list | tuple) else ()
    return Attempt(probes, _whole(row.get("hints")), _whole(row.get("wrong")))


def mark(code: str, **changes: object) -> None:
    """Change the student's progress in a case."""
    done = replace(attempt(code), **changes)
    _keep(code, _kept().get(code, {}) | asdict(done))


def solved(code: str) -> int | None:
    """Return the points for a case; None while it isn't solved."""
    points = _kept().get(code, {}).get("points")
    return points if isinstance(points, int) else None


def solve(code: str, points: int, kinds: set[str], lines: set[int]) -> None:
    """Record that a case is solved, and with which diagnosis."""
    if solved(code) is None:
        row = {"points": points, "day": today().isoformat(), "kinds": sorted(kinds), "lines": sorted(lines)}
        _keep(code, _kept().get(code, {}) | asdict(attempt(code)) | row)
        _keep(STREAK, streak().solved(today() if is_daily(code) else None).to_json())
    facts.tell("buglab", solved=total()[0], points=points)


def miss(code: str, said: str) -> None:
    """Note a wrong answer, which ends the streak of cases solved at the first one; `said` is shown next."""
    mark(code, wrong=attempt(code).wrong + 1)
    _keep(STREAK, streak().missed().to_json())
    st.session_state[SAID] = said


def streak() -> Streak:
    return Streak.from_json(_kept().get(STREAK, {}))


def total() -> tuple[int, int]:
    """Return how many cases were solved, and their points."""
    points = [row["points"] for code, row in _kept().items() if code != STREAK and isinstance(row.get("points"), int)]
    return len(points), sum(points)


def _kept() -> dict[str, dict]:
    """Return name -> stored value, read once per session and owner."""
    owner = shared.owner()
    known = st.session_state.get(_KEPT)
    if known is None or known[0] != owner:
        before = known[1] if known is not None else {}
        try:
            stored = service_access.get_service().reached.all(owner, PART)
        except ClsfError as error:
            st.session_state[TROUBLE], stored = error.sentence, {}
        known = st.session_state[_KEPT] = owner, {**before, **stored}
    return known[1]


def _keep(name: str, body: Mapping[str, object]) -> None:
    _kept()[name] = dict(body)
    try:
        service_access.get_service().reached.put(shared.owner(), PART, name, body)
        st.session_state.pop(TROUBLE, None)
    except ClsfError as error:  # it stays in this session
        st.session_state[TROUBLE] = error.sentence


def _whole(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1000 else 0
