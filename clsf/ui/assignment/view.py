"""An assignment as a student sees it: what there is to do, what is done, where to do it, and the file that is handed in."""

from __future__ import annotations

import hashlib

import streamlit as st

from clsf.charts.style import STYLES
from clsf.course.lesson import Lesson, LessonStep, Link
from clsf.course.progress import PART
from clsf.errors import TeachingError
from clsf.experiments import settings
from clsf.runs.database import home
from clsf.runs.record import RunRecord
from clsf.teaching import handin, seal
from clsf.teaching.assignment import PARAMETER, Assignment, broken_locks, conditions_said, unpacked
from clsf.ui.shared import assigned, capsules, course, facts, identity, language, navigation, reached, units
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import plain, t, words

MOST_SHOWN = 12


def chosen() -> Assignment | None:
    """Return the assignment in the link and make it the current one; without one in the link, return the current one."""
    text = st.query_params.get(PARAMETER)
    if text:
        try:
            assignment = unpacked(text)
        except TeachingError as error:
            st.error(plain(error.sentence), icon=":material/link_off:")
            return None
        assigned.begin(assignment)
        return assignment
    return assigned.opened()


def show(assignment: Assignment) -> None:
    """Show what there is to do."""
    st.title(plain(assignment.title), anchor=False)
    if assigned.joined():
        st.caption(f":material/groups: {t('Class {name}', name=plain(assigned.joined()))}")
    if assignment.note:
        st.text(assignment.note)
    lessons, gone = assignment.lessons_in(language.chosen())
    for name in gone:
        st.warning(
            t(
                "The lesson {name} of this assignment is no longer in this course. Tell your teacher.",
                name=plain(name),
            ),
            icon=":material/warning:",
        )
    if lessons:
        st.subheader(t("Lessons"), anchor=False)
        for lesson in lessons:
            _lesson(lesson)
    if assignment.link is not None or assignment.check is not None:
        st.subheader(t("Your task"), anchor=False)
        _goal(assignment)
        _page(assignment)


def _lesson(lesson: Lesson) -> None:
    progress = reached.lessons()
    done, count = progress.count(lesson)
    with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        mark = ":material/check_circle:" if done == count else f"{lesson.number} ·"
        st.markdown(f"{mark} **{plain(lesson.title)}**", width="content")
        st.caption(course.done_said(lesson, progress), width="content")
        if st.button(t("Open") if not done else t("Go on"), key=f"open_{lesson.name}", icon=":material/school:"):
            course.go(lesson)


def _goal(assignment: Assignment) -> None:
    check = assignment.check
    if check is not None:
        said = " · ".join(plain(each) for each in conditions_said(check))
        st.markdown(f":material/flag: {t('Train a model')} · {said}")
        if assigned.goal_reached(assignment):
            st.success(t("You have reached the goal."), icon=":material/check_circle:")
        else:
            st.caption(plain(check.missing(facts.candidates(check))))
    if assignment.case:
        solved = reached.all_of("buglab").get(assignment.buglab.code, {}).get("points")
        st.markdown(f":material/bug_report: {t('Find the fault of the case {code}.', code=assignment.buglab.code)}")
        if solved is not None:
            st.success(t("You have found the fault."), icon=":material/check_circle:")


def _page(assignment: Assignment) -> None:
    link = assignment.link or Link("train")
    title = words(navigation.page_named(link.page).title)
    if st.button(t("Open the page {page}", page=title), key="open_task", icon=":material/open_in_new:", type="primary"):
        nowhere = Lesson("", 0, "", 1, 1, (), (), (LessonStep("", "", ""),))
        course.open_link(nowhere, nowhere.steps[0], link)
    if assignment.locked:
        names = ", ".join(words(settings.title(name)) for name in assignment.locked)
        st.caption(f":material/lock: {t('Locked: {names}', names=plain(names))}")


def none() -> None:
    """Say that there is no assignment here."""
    st.title(t("Assignment"))
    said = t("There is no assignment open in this browser. Open the link that your teacher gave you.")
    st.info(said, icon=":material/assignment:")
    navigation.link(t("To the start page"), "home", ":material/home:")


def hand_in(assignment: Assignment) -> None:
    """Show who hands in, which run, and the button for the file."""
    st.subheader(t("Hand in"), anchor=False)
    left, right = st.columns(2)
    if "handin_name" not in st.session_state and assigned.joined():
        st.session_state["handin_name"] = assigned.called()
    name = left.text_input(
        t("Your name"), key="handin_name", max_chars=handin.MOST_NAME, persist_state="session", on_change=_called,
        help=t("In a class, your teacher sees it beside your steps. Leave it empty to stay without a name there."),
    )  # fmt: skip
    number = right.text_input(
        t("Student number, login or e-mail"), key="handin_number", max_chars=handin.MOST_NAME, persist_state="session",
        help=t("What your learning platform knows you by. It stays in the file."),
    )  # fmt: skip
    runs = _runs(assignment)
    # Read the session's values now, because the file is made by a thread without a session.
    done, browser, key = _answered(assignment), _browser(), seal.secret(home())

    def packed() -> bytes:
        capsules_of = [capsules.packed(record, "") for record in runs]
        return handin.write(assignment, name or "", number or "", *done, capsules_of, key, browser)

    download(
        t("Save the file"), packed, handin.file_name(assignment, name or ""), "handin_file", type="primary",
        disabled=not (name or number or "").strip(),
    )  # fmt: skip
    if not (name or number or "").strip():
        st.caption(t("Type your name or number first, so that your teacher knows whose file it is."))
    st.caption(t("The file holds your answers, what was checked and the chosen runs. It is data; nothing in it is run."))


def _browser() -> str:
    """Return the stand-in for the browser's key in the file; it can't be used to find the reader's runs."""
    return hashlib.sha256(f"handin {identity.known()}".encode()).hexdigest()[:16] if identity.known() else ""


def _called() -> None:
    assigned.call(st.session_state.get("handin_name") or "")


def _runs(assignment: Assignment) -> list[RunRecord]:
    """Show which runs are included: by default those that reach the goal."""
    ended = [(record, values) for record, values in facts.runs() if record.over and record.ended is not None]
    offered = ended[::-1][:MOST_SHOWN]
    if not offered:
        if assignment.goal:
            st.caption(t("You have no run yet to hand in."))
        return []
    names = {record.run_id: _name(record) for record, _ in offered}
    good = [record.run_id for record, values in offered if assigned.reaches(assignment, record, values)][:1]
    with st.expander(t("Runs in the file"), icon=":material/inventory_2:", expanded=bool(assignment.goal)):
        chosen = st.multiselect(
            t("Runs"), list(names), default=good, key=f"handin_runs_{assignment.key}_{len(good)}", format_func=lambda run: names.get(run, run),
            max_selections=handin.MOST_RUNS, label_visibility="collapsed", placeholder=t("Choose runs"),
        )  # fmt: skip
    taken = [record for record, _ in offered if record.run_id in chosen]
    for record in taken:
        for said in broken_locks(assignment, record):
            st.caption(f":material/lock: {plain(said)}")
    return taken


def _name(record: RunRecord) -> str:
    said = units.share(record.final.validation_accuracy if record.final else None)
    return f"{record.model.name} · {STYLES[record.framework].title} · {record.plan.data} · {said}"


def _answered(assignment: Assignment) -> tuple[dict, dict, dict[str, bool]]:
    """Return the answers in the assignment's lessons, the work on its case, and the dashboard's checks of both."""
    lessons, _ = assignment.lessons_in(language.chosen())
    wanted = {f"{lesson.name}/{step.name}" for lesson in lessons for step in lesson.steps}
    answers = {key: dict(row) for key, row in reached.all_of(PART).items() if key in wanted}
    case = assignment.buglab
    buglab = {key: dict(row) for key, row in reached.all_of("buglab").items() if case is not None and key == case.code}
    said = {key: bool(row["right"]) for key, row in answers.items() if "right" in row}
    if assignment.check is not None:
        said["goal"] = assigned.goal_reached(assignment)
    return answers, buglab, said
