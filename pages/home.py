"""Start: the path through the course, where to go on, and everything else that there is."""

import streamlit as st

from clsf import ui
from clsf.ui.home import data_cards, engine_view, map
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
    map.goes_on()
    if st.button(t("Train your first model"), key="first", icon=":material/play_arrow:"):
        controls.choose_defaults()
        st.switch_page(navigation.link_to("train"), query_params=navigation.kept())
    st.caption(t("Handwritten digits and a small network, in TensorFlow and PyTorch. It takes less than a minute."))
with right:
    picture()

# The path, and beside it what can be explored freely.
st.header(t("The path"))
map.show()
st.header(t("Or look around"))
map.free()
map.take_along()

# Why the comparison can be believed, and what is ready.
with st.expander(t("Equal by construction"), icon=":material/balance:"):
    promises()
with st.expander(t("Images to learn from"), icon=":material/photo_library:"):
    data_cards.show()
st.header(t("Where the models train"))
st.caption(t("TensorFlow and PyTorch cannot share a process in these versions, so each runs in one of its own."))
engine_view.show()
