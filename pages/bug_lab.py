"""Bug lab: find the fault that is planted in a program, by its symptoms."""

import streamlit as st

from clsf import ui
from clsf.ui.bug_lab import state, view
from clsf.ui.shared.text import t

page = ui.open_page("bug_lab")

st.title(t("Bug lab"))
chosen, seen = st.columns([1, 2.6], gap="large")

# What the student chooses: a case. Its code is in the link.
with chosen:
    view.choose()
    page.show_lesson(t("How does this work?"))

# How it looks: symptoms first; what is wrong is told once the answer is right.
with seen:
    view.show(state.chosen())
