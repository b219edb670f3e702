"""Tensors: change something, and see what NumPy, TensorFlow and PyTorch make of it."""

import streamlit as st

from clsf import ui
from clsf.ui.shared import sections, waiting
from clsf.ui.shared.text import t, words
from clsf.ui.tensors import broadcast, cast, change, create, frame, gradients, layout, names, predict, style, trace

SHOW = {
    "create": create.show, "cast": cast.show, "change": change.show, "trace": trace.show, "names": names.show,
    "broadcast": broadcast.show, "layout": layout.show, "gradients": gradients.show,
}  # fmt: skip

page = ui.open_page("tensors")
lesson = page.lesson()

# What this is, and which part of it the student looks at; only that part computes.
style.show()
st.title(t("Tensors"))
st.markdown(sections.intro(lesson))
section = frame.SECTIONS.chosen()

# A word about it, and something to try.
st.header(words(section.title))
st.markdown(frame.SECTIONS.lesson_of(lesson, section))
task = st.container()

# The playground itself: every output comes from a worker.
if waiting.ready():
    solved = SHOW[section.name]()
    predict.show(section)
    with task:
        frame.task(section, solved)
