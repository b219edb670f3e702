"""Own classes: collect images, teach both frameworks, try it."""

import streamlit as st

from clsf import ui
from clsf.ui.own.sections import SECTIONS
from clsf.ui.shared import sections, styles
from clsf.ui.shared.text import t

page = ui.open_page("own")
styles.show("shared/answers")
lesson = page.lesson()

# The introduction, and the step that the reader is at; only that one computes.
st.title(t("Own classes"))
st.markdown(sections.intro(lesson))
page.needs_service()
SECTIONS.opened(lesson).show()
