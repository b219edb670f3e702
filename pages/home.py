"""Start: a first minute with two frameworks, then the path through the course, and everything else."""

import streamlit as st

from clsf import ui
from clsf.ui.home import answers, behind, map
from clsf.ui.shared.text import t

page = ui.open_page("home")

# The introduction, and the first minute.
st.title(t("One model, two frameworks"))
st.markdown(page.lesson())
answers.first_minute()
map.goes_on()

# The path, and next to it the pages to explore freely.
st.header(t("The path"))
map.show()
st.header(t("Or look around"))
map.free()
map.take_along()
map.for_teachers()

# The available images, why the comparison is fair, and the state of the workers.
st.header(t("Images to learn from"))
behind.data_cards()
with st.expander(t("Equal by construction"), icon=":material/balance:"):
    behind.promises()
st.header(t("Where the models train"))
st.caption(t("TensorFlow and PyTorch cannot share a process in these versions, so each runs in one of its own."))
behind.engine()
