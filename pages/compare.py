"""Compare: equal by construction, then one difference at a time."""

import streamlit as st

from clsf import ui
from clsf.ui.compare.sections import SECTIONS
from clsf.ui.shared import sections
from clsf.ui.shared.text import t

page = ui.open_page("compare")
lesson = page.lesson()

# The introduction, and the part that the student looks at; only that part computes.
st.title(t("Compare"))
st.markdown(sections.intro(lesson))
section = SECTIONS.opened(lesson)
page.needs_service()
section.show()
