"""The link from a fault to the step of the course that teaches it."""

from __future__ import annotations

import streamlit as st

from clsf.faults.lessons import LESSONS, PAGES
from clsf.ui.shared import course, navigation
from clsf.ui.shared.text import plain, t


def show(kind: str) -> None:
    """Show the link; to the lesson of a page, where the course has no step about this kind."""
    name, step = LESSONS.get(kind, ("", ""))
    lesson = course.course().lesson(name)
    if lesson is None:
        st.page_link(navigation.link_to(PAGES.get(kind, "train")), label=t("The lesson about it"), icon=":material/school:")
        return
    st.page_link(
        navigation.link_to(course.PAGE), label=t("Lesson: {title}", title=plain(lesson.title)), icon=":material/school:",
        query_params={**navigation.kept(), course.LESSON: name, course.STEP: step},
    )  # fmt: skip
