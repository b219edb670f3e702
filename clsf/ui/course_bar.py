"""The bar above a page that a lesson has opened: the task, whether it is done, and the way back."""

from __future__ import annotations

import streamlit as st

from clsf.ui.shared import course, facts, glossary
from clsf.ui.shared.text import plain, t

KEY = "task"
"""The key of its container."""


def show(page: str) -> None:
    """Show the task of the lesson that opened a page, if one has."""
    task = course.open_task() if page not in (course.PAGE, "", "home") else None
    if task is None:
        return
    lesson, step = task
    block = step.block
    done = block.check is not None and facts.done(block.check)
    if done:
        course.keep(lesson, step, right=True)
    with st.container(border=True, gap="xsmall", key="course_task"):
        where = f"{t('Lesson {number}', number=lesson.number)} · {plain(lesson.title)} · {plain(step.title)}"
        st.caption(f":material/school: {where}")
        st.markdown(glossary.linked(block.ask))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            kind = "primary" if done else "secondary"
            if st.button(t("Back to the lesson"), key="course_back", icon=":material/arrow_back:", type=kind):
                course.go(lesson, step.name)
            st.button(t("Not now"), key="course_close", icon=":material/close:", type="tertiary", on_click=course.close_task)
            if done:
                st.badge(t("done"), icon=":material/check:", color="green")
            elif block.check is not None:
                st.caption(plain(block.check.missing(facts.candidates(block.check))))
