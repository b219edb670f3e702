"""Predict: your own drawing, two frameworks, two opinions."""

import streamlit as st

from clsf import ui
from clsf.ui.predict import chosen
from clsf.ui.predict.sections import SECTIONS
from clsf.ui.shared import sections, styles
from clsf.ui.shared.text import t

page = ui.open_page("predict")
styles.show("shared/answers")
lesson = page.lesson()

# The introduction, and the choice of trained models.
st.title(t("Predict"))
st.markdown(sections.intro(lesson))
page.needs_service()
models = chosen.choose()

# The part that the student looks at; only that part computes.
if models:
    SECTIONS.opened(lesson).show(models)
