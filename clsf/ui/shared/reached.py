"""What the reader has reached in the course: read from the store by the browser's key, and kept there.

Where nothing can be kept (no store, no room), it stays in the session, so that a lesson can go on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import streamlit as st

from clsf.course.progress import PART, QUIZ, Progress
from clsf.errors import ClsfError
from clsf.ui.shared import identity, service_access, state

logger = logging.getLogger("clsf.ui")

_HERE = "reached_here"  # part -> key -> row, of what could not be kept


def all_of(part: str) -> dict[str, Mapping[str, object]]:
    """Return key -> what is kept, of one part. Nothing is kept of who has not begun."""
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
    """Keep some things. What can't be kept stays in the session."""
    try:
        service_access.get_service().reached.put_all(state.owner(), part, rows)
    except ClsfError as error:
        logger.warning("%s", error)
        st.session_state.setdefault(_HERE, {}).setdefault(part, {}).update(rows)


def taken_along() -> dict[str, dict[str, Mapping[str, object]]]:
    """Return all that goes into a file of progress."""
    return {part: all_of(part) for part in (PART, QUIZ, "buglab")}
