"""Tensors: change something, and see what NumPy, TensorFlow and PyTorch make of it."""

import streamlit as st

from clsf import ui
from clsf.ui.shared import questions, sections, styles, waiting
from clsf.ui.shared.text import t
from clsf.ui.tensors import frame

page = ui.open_page("tensors")
lesson = page.lesson()
styles.show("shared/programs")

# The introduction, and the part that the student looks at; only that part computes.
st.title(t("Tensors"))
st.markdown(sections.intro(lesson))
section = frame.SECTIONS.opened(lesson)
task = st.container()  # something to try

# The playground itself: every output comes from a worker.
if waiting.ready():
    solved = frame.solved(section)
    questions.show("tensors", section.name)
    with task:
        frame.task(section.name, solved)
