"""Data: see what goes in, before anything is learned from it."""

import streamlit as st

from clsf import ui
from clsf.ui.data import own, source
from clsf.ui.data.sections import SECTIONS
from clsf.ui.shared import problems, runs, sections, service_access
from clsf.ui.shared.text import t

page = ui.open_page("data")
lesson = page.lesson()

# The introduction, the choice of images, and the part that the student looks at; only that part computes.
st.title(t("Data"))
st.markdown(sections.intro(lesson))
own.settle()
info = source.choose()
section = SECTIONS.opened(lesson)
runs.show_refusal()
if section.name == "own":
    own.show()
    ui.end_page()
with problems.shown():
    service_access.get_service()
    if source.ready(info):
        section.show(info)
