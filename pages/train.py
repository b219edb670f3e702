"""Train: choose a model and a plan, and watch both frameworks learn."""

import streamlit as st

from clsf import ui
from clsf.ui.shared import controls, runs
from clsf.ui.shared.text import t
from clsf.ui.train import views

page = ui.open_page("train")
st.title(t("Train"))
view = views.chosen()
chosen, seen = views.places(view.name)

# What the student chooses: widgets in, one frozen value out. What a first training needs stands above the start button.
with chosen:
    essentials, buttons, folded = st.container(), st.container(), st.container(gap="xsmall")
    with essentials:
        choices = controls.training_choices(folded, flat=view.name == "code")
    with buttons:
        asked = controls.start_button(choices)
        stepwise = controls.step_button(choices)

# What happens: hand it over, keep only its id (in the link), look at its events.
if asked or stepwise:
    runs.start(choices, stepwise)
    views.look_at_run(view.name)

# How it looks: the run, live or finished; the loop written out; the study of variants. Only what is in view computes.
with seen:
    runs.show_refusal()
    view.show(choices)
    if view.name == "run":
        page.show_lesson(t("What am I looking at?"))
