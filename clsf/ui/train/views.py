"""The parts of the Train page other than its settings, and which one the reader looks at; only that one computes."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf.ui.shared import state
from clsf.ui.shared.sections import Section, Sections
from clsf.ui.shared.text import t
from clsf.ui.train import code_view, keys, run_view, study_view
from clsf.words import say

VIEWS = Sections(
    keys.VIEW,
    (
        Section("run", say("Training"), ":material/show_chart:", run_view.show_latest),
        Section("code", say("The loop, written out"), ":material/code:", code_view.show),
        Section("study", say("What does tf.function buy?"), ":material/timer:", study_view.show),
    ),
    say("Part of the page"),
    keys.VIEW_LINK,
)


def chosen() -> Section:
    """Let the reader choose a part, which is then in the link."""
    wanted = st.session_state.pop(state.TRAIN_VIEW_WANTED, None)
    if wanted:
        st.session_state[keys.VIEW] = wanted
    return VIEWS.chosen()


def places(view: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return the containers for the settings and for the part. Code needs the width, so with it the settings are folded away."""
    if view == "code":
        return st.expander(t("Settings"), icon=":material/tune:"), st.container()
    return st.columns([1.1, 2.3], gap="large")


def look_at_run(view: str) -> None:
    """Switch to the training if another part is shown."""
    if view != "run" and st.session_state.get(state.REFUSAL) is None:
        st.session_state[state.TRAIN_VIEW_WANTED] = "run"
        st.rerun()
