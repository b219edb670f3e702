"""Predict: your own drawing, two frameworks, two opinions."""

import streamlit as st

from clsf import ui
from clsf.errors import ClsfError
from clsf.ui.predict import chosen, home, inside, measuring, report, style, trying
from clsf.ui.predict.sections import SECTIONS
from clsf.ui.shared import sections, service_access
from clsf.ui.shared.text import sentence, t, words

SHOW = {"try": trying.show, "evaluate": measuring.show, "inside": inside.show, "home": home.show, "report": report.show}

page = ui.open_page("predict")
lesson = page.lesson()

# What this is, and which trained models are asked.
style.show()
st.title(t("Predict"))
st.markdown(sections.intro(lesson))
try:
    service_access.get_service()
except ClsfError as error:
    st.error(sentence(error.sentence), icon=":material/error:")
    st.stop()
models = chosen.choose()

# Which part the student looks at; only that part computes.
if models:
    section = SECTIONS.chosen()
    st.header(words(section.title))
    st.markdown(SECTIONS.lesson_of(lesson, section))
    SHOW[section.name](models)
