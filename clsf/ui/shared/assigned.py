"""The reader's current assignment and class: stored by the browser's key, so that they survive a reload."""

from __future__ import annotations

import logging
import time
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from clsf.course.tasks import Candidate
from clsf.errors import ClsfError, TeachingError
from clsf.runs.record import RunRecord
from clsf.teaching import classroom
from clsf.teaching.assignment import CLASS, PARAMETER, Assignment, broken_locks, class_name, unpacked
from clsf.ui.shared import facts, linked, navigation, reached, service_access, state

logger = logging.getLogger("clsf.ui")

PAGE = "assignment"
PART, NOW = "assignment", "now"  # of the store
_OPEN, _CLASS, _PLACE = "assignment_open", "class_joined", "class_place"


def opened() -> Assignment | None:
    """Return the assignment that the reader works on; read from the store once in a session."""
    if _OPEN not in st.session_state:
        st.session_state[_OPEN] = str(reached.all_of(PART).get(NOW, {}).get("task") or "")
    try:
        return unpacked(st.session_state[_OPEN]) if st.session_state[_OPEN] else None
    except TeachingError:
        return None


def begin(assignment: Assignment | None) -> None:
    """Start working on an assignment; None: on none."""
    text = assignment.packed() if assignment is not None else ""
    if st.session_state.get(_OPEN) == text:
        return
    st.session_state[_OPEN] = text
    reached.keep(PART, {NOW: {"task": text, "at": round(time.time(), 1)}})


def close() -> None:
    """Stop working on the assignment."""
    begin(None)
    st.query_params.pop(PARAMETER, None)


def link_to(page: str, **values: str) -> str:
    """Return an address of this dashboard that opens a page."""
    here = urlsplit(st.context.url or "")
    path = here.path.rstrip("/")
    last = path.rpartition("/")[2]
    if any(known.name == last for known in navigation.PAGES):
        path = path[: -len(last) - 1]
    return urlunsplit((here.scheme, here.netloc, f"{path}/{page}", urlencode({n: v for n, v in values.items() if v}), ""))


def link_of(assignment: Assignment, class_: str = "") -> str:
    """Return the address under which students find an assignment."""
    return link_to(PAGE, **{PARAMETER: assignment.packed(), CLASS: class_})


def goal_reached(assignment: Assignment) -> bool:
    """Return whether a run of the reader reaches the goal."""
    return assignment.check is not None and any(reaches(assignment, record, values) for record, values in facts.runs())


def reaches(assignment: Assignment, record: RunRecord, values: Candidate) -> bool:
    """Return whether a run reaches the goal, if there is one, with all locked controls at their set values."""
    check = assignment.check
    return check is not None and check.met([values]) and not broken_locks(assignment, record)


# The class.


def joined() -> str:
    """Return the class that the reader is in, "" for none. It comes from the link, which keeps it."""
    if CLASS in st.query_params:
        try:
            st.session_state[_CLASS] = class_name(st.query_params[CLASS])
        except TeachingError:
            st.session_state.pop(_CLASS, None)
    return st.session_state.get(_CLASS, "")


def here(page: str) -> None:
    """Tell the class where the reader is, if that has changed."""
    name = joined()
    if not name or page == "teachers":
        return
    lesson, step = st.query_params.get("lesson", ""), st.query_params.get("step", "")
    place = f"{lesson}/{step}" if page == "lesson" and lesson and step else page
    if st.session_state.get(_PLACE) != (name, place) and _tell(name, place):
        st.session_state[_PLACE] = (name, place)
    linked.put(CLASS, name)


def called() -> str:
    """Return what the reader is called in the class, as they typed it."""
    return str(reached.all_of(classroom.MEMBER).get(joined(), {}).get("name") or "")


def call(name: str) -> None:
    """Set the name by which the class knows the reader."""
    if joined():
        _tell(joined(), (st.session_state.get(_PLACE) or ("", PAGE))[1], name)


def _tell(name: str, place: str, called: str | None = None) -> bool:
    """Tell a class where the reader is, if a teacher has opened it. Return whether it was told."""
    try:
        store = service_access.get_service().reached
        if classroom.is_open(store, name):
            classroom.seen(store, state.owner(), name, place, called)
            return True
    except ClsfError as error:
        logger.warning("%s", error)
    return False
