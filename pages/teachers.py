"""For teachers: assignments as links, the class on one screen, handouts, and a guide to each lesson."""

import streamlit as st

from clsf import ui
from clsf.teaching.assignment import CLASS
from clsf.ui.shared import sections
from clsf.ui.shared.text import t
from clsf.ui.teachers import keys
from clsf.ui.teachers.sections import SECTIONS

page = ui.open_page("teachers")
lesson = page.lesson()

# The introduction, and the chosen part; a link to a class opens the class.
st.title(t("For teachers"))
st.markdown(sections.intro(lesson))
if CLASS in st.query_params and keys.SECTION not in st.query_params:
    st.session_state.setdefault(keys.SECTION, "class")
section = SECTIONS.opened(lesson)
page.needs_service()
section.show()
