"""Start: what this is, what to do first, and what is ready."""

import streamlit as st

from clsf import ui
from clsf.ui.home import data_cards, engine_view
from clsf.ui.home.picture import picture
from clsf.ui.home.promises import promises
from clsf.ui.shared import controls, navigation
from clsf.ui.shared.text import t

page = ui.open_page("home")

# What this is, and the first thing to do.
st.title(t("One model, two frameworks"))
left, right = st.columns([1.2, 1], gap="large", vertical_alignment="center")
with left:
    st.markdown(page.lesson())
    if st.button(t("Train your first model"), key="first", type="primary", icon=":material/play_arrow:"):
        controls.choose_defaults()
        st.switch_page(navigation.link_to("train"), query_params=navigation.kept())
    st.caption(t("Handwritten digits and a small network, in TensorFlow and PyTorch. It takes less than a minute."))
with right:
    picture()

# Why the comparison can be believed.
st.header(t("Equal by construction"))
promises()

# What is ready.
st.header(t("Images to learn from"))
data_cards.show()
st.header(t("Where the models train"))
st.caption(t("TensorFlow and PyTorch cannot share a process, so each runs in one of its own."))
engine_view.show()
