"""Lesson: one step of the course, with things to predict, to do, to find and to fix."""

import streamlit as st

from clsf import ui
from clsf.ui.lesson import view
from clsf.ui.shared import course, waiting
from clsf.ui.shared.text import t

page = ui.open_page("lesson")

# The lesson and step in the link, or where the student was.
at = course.chosen()
if at is None:
    st.error(t("There are no lessons in this folder: pages/lessons/path."), icon=":material/error:")
    ui.end_page()

# Answers come from a worker; prose and the rest need none.
page.needs_service()
if waiting.ready():
    view.show(*at)
    if at[1] == 0:
        page.show_lesson(t("How do lessons work?"))
