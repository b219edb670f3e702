"""Train: choose a model and a plan, and watch both frameworks learn."""

import streamlit as st

from clsf import ui
from clsf.ui import controls, live_chart, run_view, runs
from clsf.ui.text import t

page = ui.open_page("train")

st.title(t("Train"))
chosen, seen = st.columns([1, 2.4], gap="large")

# What the student chooses: widgets in, one frozen value out.
with chosen:
    choices = controls.training_choices()
    asked = controls.start_button(choices)

# What happens: hand it over, keep only its id (in the link), look at its events.
if asked:
    runs.start(choices)

# How it looks: the same for a live run and a finished one.
with seen:
    runs.show_refusal()
    if runs.looked_at():
        run_view.show(runs.looked_at())
    else:
        live_chart.preload("plotly")
        st.info(
            t("Nothing has been trained yet. Press “Start training”: loss and accuracy appear here, batch by batch."),
            icon=":material/show_chart:",
        )
    page.show_lesson(t("What am I looking at?"))
