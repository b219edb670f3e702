"""Layers: send one picture through a few layers and see what each does to it."""

import streamlit as st

from clsf import ui
from clsf.ui.layers import bench, source, views
from clsf.ui.shared import problems, sections, waiting
from clsf.ui.shared.text import t

page = ui.open_page("layers")
lesson = page.lesson()

# The introduction.
st.title(t("Layers"))
st.markdown(sections.intro(lesson))

# The picture, the chain, and one layer of it; every number comes from a worker.
if not waiting.ready():
    ui.end_page()
with st.container(border=True, key="layers_input"):
    given = source.choose_picture()
if given is None:
    ui.end_page()
shown = bench.show(given)
if shown is None:
    ui.end_page()

# The chosen view of that layer, next to its settings; only this view computes.
looked, beside = shown
with beside:
    view = views.chosen(looked)
    st.markdown(views.VIEWS.lesson_of(lesson, view))
    with problems.shown():
        view.show(looked)
