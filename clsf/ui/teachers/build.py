"""Building an assignment from its tasks, locked controls and goal; the result is a link and a QR code."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from clsf.course.path import PAGES
from clsf.data import catalogue
from clsf.errors import ClsfError, TeachingError
from clsf.experiments.settings import title as setting_title
from clsf.teaching import classroom
from clsf.teaching.assignment import CLASS, MOST_NOTE, MOST_TITLE, PARAMETER, Assignment, goal_text
from clsf.ui.shared import assigned, course, identity, language, problems, qr, runs, service_access, state
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import plain, t, words
from clsf.ui.teachers import keys

NOT_KEPT = ("lang", "run", "projector", "room", PARAMETER, CLASS)
"""Names in a link that belong to the person who copied it, not to its content."""


def show() -> None:
    """Show the form and the resulting link."""
    runs.show_refusal()
    form, made = st.columns([1.1, 1], gap="large")
    with form:
        assignment, problem = _form()
    with made:
        if assignment is not None:
            _made(assignment)
        elif problem is not None:
            st.info(plain(problem.sentence), icon=":material/edit:")


def _form() -> tuple[Assignment | None, TeachingError | None]:
    title = st.text_input(
        t("Title"), key=keys.TITLE, max_chars=MOST_TITLE, persist_state="session", placeholder=t("Digits, week 3")
    )
    note = st.text_area(
        t("What you want to say to the class"), key=keys.NOTE, max_chars=MOST_NOTE, height=90, persist_state="session"
    )
    titles = {lesson.name: f"{lesson.number} · {lesson.title}" for lesson in course.course().lessons}
    lessons = st.multiselect(
        t("Lessons"), list(titles), key=keys.LESSONS, format_func=lambda name: titles.get(name, name), persist_state="session",
        placeholder=t("Choose lessons"),
    )  # fmt: skip
    page, state = _page()
    names = [name for name, _ in state]
    locked: list[str] = []
    if names:
        locked = st.multiselect(
            t("Locked controls"), names, key=f"{keys.LOCKED}-{'-'.join(names)}"[:200], format_func=lambda name: words(setting_title(name)),
            placeholder=t("None: students may change all"),
            help=t("They can't be changed on the page, and grading checks that a run was trained with them."),
        )  # fmt: skip
    goal, case = _goal()
    try:
        return Assignment(title or "", note or "", tuple(lessons), page, state, tuple(locked), goal, case), None
    except ClsfError as error:
        return None, TeachingError(error.sentence)


def _page() -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the page and the state of an address that was pasted."""
    address = st.text_input(
        t("A page to work on"), key=keys.ADDRESS, persist_state="session", max_chars=6_000,
        placeholder="http://…/train?data=digits&epochs=10",
        help=t("Set the page up as students are to find it, copy its address and paste it here."),
    )  # fmt: skip
    if not (address or "").strip():
        return "", ()
    parts = urlsplit(address.strip())
    page = parts.path.rstrip("/").rpartition("/")[2] or "home"
    if page not in PAGES:
        said = t("No page of this dashboard has the address {address}.", address=plain(address[:80]))
        st.warning(said, icon=":material/link_off:")
        return "", ()
    query = {name: value for name, value in parse_qsl(parts.query) if name not in NOT_KEPT and value}
    return page, tuple(query.items())


def _goal() -> tuple[str, str]:
    """Return the goal as a check, and the code of a case."""
    titles = {"none": t("No goal"), "run": t("Train a model"), "case": t("Find the fault")}
    kind = st.segmented_control(
        t("Goal"),
        list(titles),
        default="none",
        key=keys.GOAL,
        format_func=titles.__getitem__,
        required=True,
        persist_state="session",
    )
    if kind == "run":
        left, middle, right = st.columns(3)
        data = left.selectbox(
            t("Images"), catalogue.NAMES, key=keys.GOAL_DATA, format_func=data_name, persist_state="session", filter_mode=None
        )
        accuracy = middle.number_input(t("Accuracy at least, %"), 1, 100, 95, key=keys.GOAL_ACCURACY, persist_state="session")
        parameters = right.number_input(
            t("Parameters fewer than"), 10, 100_000_000, None, step=1000, key=keys.GOAL_PARAMETERS, persist_state="session",
            placeholder=t("any number"),
        )  # fmt: skip
        return goal_text(data, accuracy / 100 if accuracy else None, parameters), ""
    if kind == "case":
        code = st.text_input(
            t("Case of the bug lab"), "T2-17", key=keys.CASE, max_chars=12, persist_state="session",
            help=t("T for PyTorch or K for Keras, the level from 1 to 5, and any number: the same program for everybody."),
        )  # fmt: skip
        return "", (code or "").strip().upper()
    return "", ""


@problems.shown()
def _made(assignment: Assignment) -> None:
    classes = list(classroom.classes(service_access.get_service().reached, identity.known()))
    name = ""
    if classes:
        name = st.selectbox(
            t("For the class"), ["", *classes], key=keys.IN_CLASS, format_func=lambda each: each or t("No class"), persist_state="session",
            filter_mode=None,
        )  # fmt: skip
    link = assigned.link_of(assignment, name or "")
    st.markdown(f"**{t('The link for students')}**")
    st.code(link, language=None, wrap_lines=True)
    drawn = qr.picture(link)
    if drawn is not None:
        st.image(drawn, width=240, alt=t("The link as a code to scan"))
    if name:
        st.button(
            t("Make it the assignment of the class"), key="task_to_class", icon=":material/groups:", on_click=_to_class,
            args=(name, assignment.packed()), help=t("The class view then counts its lessons, and the class's link opens it."),
        )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        st.link_button(t("Look at it as a student"), link, icon=":material/open_in_new:")
        text = json.dumps(assignment.to_json(), ensure_ascii=False, indent=1) + "\n"
        download(t("Save it"), text, "assignment.json", "task_file")
    lessons, _ = assignment.lessons_in(language.chosen())
    tasks = sum(step.block is not None and step.block.graded for lesson in lessons for step in lesson.steps)
    tasks += bool(assignment.goal) + bool(assignment.case)
    st.caption(
        t("Tasks that are marked: {count}, one point each. The mark is the share of right ones, in percent.", count=tasks)
    )
    st.markdown(t("Collect the files of your students in a folder, then:"))
    st.code("python -m clsf grade FOLDER --csv marks.csv", language="bash")


def _to_class(name: str, task: str) -> None:
    """Have a class work on an assignment."""
    with problems.kept():
        classroom.open_class(service_access.get_service().reached, state.owner(), name, task)
        st.toast(t("Class {name} works on it now.", name=plain(name)), icon=":material/check:")
