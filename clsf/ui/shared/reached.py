"""The reader's progress in the course: read from and written to the store by the browser's key.

If nothing can be stored (no store, no space), it stays in the session, so that a lesson can continue.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import streamlit as st

from clsf.course.progress import PART, QUIZ, Progress
from clsf.errors import ClsfError
from clsf.ui.shared import identity, service_access, state

logger = logging.getLogger("clsf.ui")

_HERE = "reached_here"  # part -> key -> row that could not be stored


def all_of(part: str) -> dict[str, Mapping[str, object]]:
    """Return key -> stored row, for one part. Nothing is stored for readers who have not started."""
    here = st.session_state.get(_HERE, {}).get(part, {})
    owner = identity.known()
    if not owner:
        return dict(here)
    try:
        return {**service_access.get_service().reached.all(owner, part), **here}
    except ClsfError as error:
        logger.warning("%s", error)
        return dict(here)


def lessons() -> Progress:
    """Return the reader's progress in the lessons."""
    return Progress(all_of(PART))


def keep(part: str, rows: Mapping[str, Mapping[str, object]]) -> None:
    """Store some rows. Rows that can't be stored stay in the session."""
    try:
        service_access.get_service().reached.put_all(state.owner(), part, rows)
    except ClsfError as error:
        logger.warning("%s", error)
        st.session_state.setdefault(_HERE, {}).setdefault(part, {}).update(rows)


def taken_along() -> dict[str, dict[str, Mapping[str, object]]]:
    """Return the contents of a progress file."""
    return {part: all_of(part) for part in (PART, QUIZ, "buglab")}
