"""Bug lab: find the fault that is planted in a program, by its symptoms."""

import streamlit as st

from clsf import ui
from clsf.ui.bug_lab import state, view
from clsf.ui.shared.text import t

page = ui.open_page("bug_lab")

st.title(t("Bug lab"))
page.needs_service()

# What the student chooses: a case. Its code is in the link.
case = state.chosen()
view.choose()

# How it looks: symptoms first; what is wrong is told once the answer is right.
view.show(case)
page.show_lesson(t("How does this work?"))
