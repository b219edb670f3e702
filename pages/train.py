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

# The student's choices: widgets in, one frozen value out. The settings for a first training are above the start button.
with chosen:
    essentials, buttons, folded = st.container(), st.container(), st.container(gap="xsmall")
    with essentials:
        choices = controls.training_choices(folded, flat=view.name == "code")
    with buttons:
        asked = controls.start_button(choices)
        stepwise = controls.step_button(choices)

# The start: queue the run, keep only its id (in the link), watch its events.
if asked or stepwise:
    runs.start(choices, stepwise)
    views.look_at_run(view.name)

# The views: the run, live or finished; the code of the loop; the study of variants. Only the one in view computes.
with seen:
    runs.show_refusal()
    view.show(choices)
    if view.name == "run":
        page.show_lesson(t("What am I looking at?"))
