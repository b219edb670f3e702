"""An assignment as a student sees it: what there is to do, what is done, and where to do it."""

from __future__ import annotations

import streamlit as st

from clsf.course.lesson import Lesson, LessonStep, Link
from clsf.errors import TeachingError
from clsf.experiments import settings
from clsf.teaching.assignment import PARAMETER, Assignment, conditions_said, unpacked
from clsf.ui.shared import assigned, course, facts, language, navigation, reached
from clsf.ui.shared.text import plain, t, words


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
