"""Experiments: a set of runs that differ in one thing, on one chart."""

import streamlit as st

from clsf import ui
from clsf.ui.experiments import choose, keys, view
from clsf.ui.shared import linked, live_chart, run_style, runs, sections, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t

page = ui.open_page("experiments")

# The introduction, and the choice of what is varied.
run_style.show()
st.title(t("Experiments"))
st.markdown(sections.intro(page.lesson()))
page.needs_service()
kind = choose.kind()
st.markdown(sections.part(page.lesson(), kind))
chosen, seen = st.columns([1, 2.4], gap="large")

# The student's choices: widgets in, one experiment out, with its cost shown before it begins.
with chosen:
    experiment = choose.experiment(kind)
    if experiment is not None:
        choose.cost(experiment)
    asked = st.button(
        t("Start the experiment"), key="start_experiment", type="primary", icon=":material/play_arrow:", width="stretch",
        disabled=experiment is None,
    )  # fmt: skip

# The start: queue the experiment and keep only its id (in the link).
if asked and experiment is not None:
    choose.begin(experiment)
with chosen:
    choose.earlier()

# The view: the same for a live experiment and a finished one.
with seen:
    runs.show_refusal(keys.REFUSAL)
    if linked.current(state.EXPERIMENT):
        view.show(linked.current(state.EXPERIMENT))
    else:
        live_chart.preload("plotly")
        st.info(note("experiments", "press-start-experiment"), icon=":material/science:")
        view.example()
