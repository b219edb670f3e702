"""The class: opened by a teacher and seen live with the same browser's key; all others see the board without names."""

from __future__ import annotations

import time
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import streamlit as st

from clsf.charts import class_results
from clsf.course.lesson import Lesson
from clsf.errors import TeachingError
from clsf.teaching import classroom
from clsf.teaching import table as marks_table
from clsf.teaching.assignment import CLASS, MOST_CLASS, PARAMETER, Assignment, unpacked
from clsf.teaching.classroom import Student
from clsf.ui.shared import assigned, choose, course, figures, identity, navigation, problems, qr, service_access, state
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import plain, t, tn, words
from clsf.ui.teachers import keys

TICK = 3.0  # seconds between two looks
RUNS = 40  # newest runs of a student that are checked
BOARD, NAMES = "board", "names"


def show() -> None:
    """Show the class in the link, or that of the teacher; and how to open one."""
    reached = service_access.get_service().reached
    mine = classroom.classes(reached, identity.known())
    linked = st.query_params.get(CLASS, "")
    if linked and linked not in mine:
        _for_everybody(linked)
        return
    _open_one()
    if not mine:
        st.info(t("You have no class yet. Its name goes into the links that you give to students."), icon=":material/groups:")
        return
    name = linked or st.query_params.get(keys.CLASS_SHOWN, "")
    names = list(mine)
    at = names.index(name) if name in names else 0
    name = st.selectbox(t("Your class"), names, index=at, key="class_shown", persist_state="session", filter_mode=None)
    st.query_params[keys.CLASS_SHOWN] = name
    task = None
    with suppress(TeachingError):
        task = unpacked(str(mine[name]["task"])) if mine[name].get("task") else None
    lessons = classroom.counted(course.course(), task.lessons if task is not None else ())
    _links(name, task, lessons)
    titles = {NAMES: t("For me, with names"), BOARD: t("For the projector, without names")}
    view = choose.named(st.segmented_control, t("Show"), titles, "class_view", "view")
    st.fragment(_names if view == NAMES else _board, run_every=TICK)(name, lessons)


def _open_one() -> None:
    with st.popover(t("Open a class"), icon=":material/add:"), st.form("open_class", border=False):
        name = st.text_input(t("Name of the class"), key="class_name", max_chars=MOST_CLASS, placeholder="3B")
        link = st.text_input(t("Link of its assignment, if it has one"), key="class_task", max_chars=6_000)
        if st.form_submit_button(t("Open it"), type="primary", icon=":material/check:"):
            with problems.shown():
                reached, task = service_access.get_service().reached, _packed(link or "")
                st.query_params[keys.CLASS_SHOWN] = classroom.open_class(reached, state.owner(), name, task)
                st.session_state.pop("class_shown", None)
                st.rerun()


def _packed(link: str) -> str:
    if not link.strip():
        return ""
    text = parse_qs(urlsplit(link.strip()).query).get(PARAMETER, [link.strip()])[0]
    unpacked(text)
    return text


def _links(name: str, task: Assignment | None, lessons: tuple[Lesson, ...]) -> None:
    link = assigned.link_of(task, name) if task is not None else assigned.link_to("home", **{CLASS: name})
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover(t("Link for students"), icon=":material/qr_code_2:"):
            drawn = qr.picture(link)
            if drawn is not None:
                st.image(drawn, width=280, alt=t("The link as a code to scan"))
            st.code(link, language=None, wrap_lines=True)
        download(
            t("End of class: one table"), lambda: classroom.table(_found(name, lessons), t("Student")).encode(marks_table.ENCODING),
            f"class-{time.strftime('%Y-%m-%d')}.csv", "class_table",
        )  # fmt: skip
        with st.popover(t("Remove this class"), icon=":material/delete:", type="tertiary"):
            st.markdown(t("The list of students is deleted. What they have done and trained stays theirs."))
            st.button(t("Remove it"), key="class_remove", type="primary", on_click=_remove, args=(name,))


def _remove(name: str) -> None:
    classroom.remove(service_access.get_service().reached, state.owner(), name)
    st.session_state.pop("class_shown", None)
    for parameter in (CLASS, keys.CLASS_SHOWN):
        st.query_params.pop(parameter, None)


def _found(name: str, lessons: tuple[Lesson, ...]) -> list[Student]:
    service = service_access.get_service()
    return classroom.students(service.reached, name, lambda owner: service.recent(owner, RUNS), lessons)


def _called(student: Student) -> str:
    return student.name or f"{t('Student')} {student.number}"


def _names(name: str, lessons: tuple[Lesson, ...]) -> None:
    """Show where each student is, to the teacher only."""
    if name not in classroom.classes(service_access.get_service().reached, identity.known()):
        return
    students = _found(name, lessons)
    if not students:
        st.info(t("Nobody has come yet. Show the link, or its code, to the class."), icon=":material/hourglass_empty:")
        return
    stuck = [student for student in students if student.stuck]
    total = sum(len(lesson.steps) for lesson in lessons)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="live-class-head"):
        st.badge(tn("{count} student", "{count} students", len(students)), icon=":material/groups:", color="gray")
        if stuck:
            names = ", ".join(f"{_called(one)} ({_minutes(one.quiet)})" for one in stuck[:8])
            st.badge(t("stuck: {names}", names=plain(names)), icon=":material/front_hand:", color="orange")
    with st.container(key="live-class"):
        rows = [
            {
                t("Student"): _called(student), t("Where"): _place(student.place), t("Steps done"): student.steps,
                t("Right at once"): f"{student.right} / {student.asked}", t("Runs"): len(student.runs),
                t("Best accuracy"): f"{student.best:.1%}" if student.best is not None else "–", t("Quiet for"): _minutes(student.quiet),
            }
            for student in sorted(students, key=lambda each: (not each.stuck, each.number))
        ]  # fmt: skip
        st.dataframe(
            rows, hide_index=True, width="stretch",
            column_config={
                t("Steps done"): st.column_config.ProgressColumn(format="%d", min_value=0, max_value=max(total, 1)),
            },
        )  # fmt: skip
    _chart(students, named=True)


def _board(name: str, lessons: tuple[Lesson, ...]) -> None:
    """Show what the class has done in total."""
    students = _found(name, lessons)
    board = classroom.board(service_access.get_service().reached, name, students, lessons)
    with st.container(key="live-board"):
        grid = st.grid(3, min_column_width=140, gap="small")
        grid.cell().metric(t("Students"), board.students)
        grid.cell().metric(t("Models trained"), board.runs)
        grid.cell().metric(t("Best accuracy"), f"{board.best:.1%}" if board.best is not None else "–")
        for lesson in lessons:
            done = {key: count for key, _, count in board.steps}
            steps = [(step.title, done.get(f"{lesson.name}/{step.name}", 0)) for step in lesson.steps]
            if board.students and (len(lessons) <= 3 or any(count for _, count in steps)):
                st.markdown(f"**{plain(lesson.title)}**")
                for title, count in steps:
                    st.progress(min(count / board.students, 1.0), text=f"{plain(title)} · {count} / {board.students}")
    _chart(students, named=False)


def _chart(students: list[Student], named: bool) -> None:
    results = tuple(
        class_results.ClassResult(
            _called(student) if named else "", run.framework, run.model, run.parameters, run.validation_accuracy
        )
        for student in students
        for run in student.runs
        if run.parameters
    )
    if results:
        alt = tn(
            "Accuracy on validation images over parameters, {count} run",
            "Accuracy on validation images over parameters, {count} runs",
            len(results),
        )
        name, height = f"class-results-{named}", class_results.HEIGHT
        figures.draw(name, results, lambda: (class_results.figure(results, words), alt), height, t("All results"))


def _for_everybody(name: str) -> None:
    """Show the board of a class to anyone who has its link."""
    if not classroom.is_open(service_access.get_service().reached, name):
        st.warning(t("There is no class {name} on this dashboard.", name=plain(name[:60])), icon=":material/search_off:")
        return
    st.subheader(t("Class {name}", name=plain(name)), anchor=False)
    st.fragment(_board, run_every=TICK)(name, course.course().lessons)


def _place(place: str) -> str:
    lesson, _, step = place.partition("/")
    lesson_found = course.course().lesson(lesson)
    if lesson_found is not None:
        at = lesson_found.step(step)
        return f"{lesson_found.number} · {lesson_found.title}" + (f" · {at.title}" if at is not None else "")
    page = next((page for page in navigation.PAGES if page.name == place), None)
    return words(page.title) if page is not None else "–"


def _minutes(seconds: float) -> str:
    if seconds < 60:
        return t("less than a minute")
    minutes = int(seconds // 60)
    return tn("{count} minute", "{count} minutes", minutes) if minutes < 180 else t("hours")
