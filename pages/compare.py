"""Compare: equal by construction, then one difference at a time."""

import streamlit as st

from clsf import ui
from clsf.errors import ClsfError
from clsf.ui.compare import defaults, gap, lockstep, noise, race, style, switchboard
from clsf.ui.compare.sections import SECTIONS
from clsf.ui.shared import sections, service_access
from clsf.ui.shared.text import sentence, t, words

SHOW = {
    "race": race.show, "lockstep": lockstep.show, "switches": switchboard.show, "gap": gap.show, "noise": noise.show,
    "defaults": defaults.show,
}  # fmt: skip

page = ui.open_page("compare")
lesson = page.lesson()

# What this is, and which part of it the student looks at; only that part computes.
style.show()
st.title(t("Compare"))
st.markdown(sections.intro(lesson))
section = SECTIONS.chosen()

# A word about it, then the part itself.
st.header(words(section.title))
st.markdown(SECTIONS.lesson_of(lesson, section))
try:
    service_access.get_service()
except ClsfError as error:
    st.error(sentence(error.sentence), icon=":material/error:")
    st.stop()
SHOW[section.name]()
