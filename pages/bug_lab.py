"""Bug lab: find the fault that is planted in a program, by its symptoms."""

import streamlit as st

from clsf import ui
from clsf.ui.bug_lab import state, view
from clsf.ui.shared.text import t

page = ui.open_page("bug_lab")

st.title(t("Bug lab"))
page.needs_service()

# The case that the student chooses. Its code is in the link.
case = state.chosen()
view.choose()

# The view: symptoms first; the fault is revealed once the answer is right.
view.show(case)
page.show_lesson(t("How does this work?"))
