"""Model: build a network layer by layer, understand every number of it, and take it away as code."""

import streamlit as st

from clsf import ui
from clsf.ui.model import editor
from clsf.ui.shared import sections
from clsf.ui.shared.text import t

page = ui.open_page("model")
lesson = page.lesson()

# The introduction.
st.title(t("Model"))
st.markdown(sections.intro(lesson))

# The student's design, and what arithmetic says about it.
bench = editor.show()

# Other views of the same design; only the one in view computes.
view = editor.VIEWS.chosen()
st.markdown(editor.VIEWS.lesson_of(lesson, view))
view.show(bench)
