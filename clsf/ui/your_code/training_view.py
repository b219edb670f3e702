"""Train it as it is, and with its faults fixed, in both frameworks, on one chart."""

from __future__ import annotations

import streamlit as st

from clsf import FRAMEWORKS
from clsf.experiments import start
from clsf.experiments.values import Arm, Experiment
from clsf.faults.catalogue import FAULTS
from clsf.reader.pair import ProgramPair, pair_of
from clsf.reader.plan import plan_of
from clsf.reader.program import Program
from clsf.ui.shared import data_choice, navigation, problems, service_access, state
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, words
from clsf.ui.your_code import keys
from clsf.words import say


@problems.shown()
def show(program: Program) -> None:
    """Offer the training; it is shown on the page Experiments."""
    plan, _ = plan_of(program)
    st.header(t("Train it here"))
    st.caption(
        t("Nothing of your program is run: its model and its plan are trained by the dashboard's own loop, in both frameworks.")
    )
    columns = st.columns(3)
    data = data_choice.select(keys.DATA, place=columns[0])
    epochs = columns[1].number_input(t("Epochs"), 1, 50, min(plan.epochs, 5), key=keys.EPOCHS, **LINKED)
    limit = columns[2].number_input(t("Training images"), 50, 60_000, 1000, step=50, key=keys.LIMIT, **LINKED)
    pair = pair_of(program, data, int(epochs), int(limit))
    _said(pair)
    with st.container(horizontal=True):
        asked = st.button(
            t("Train it as it is, and fixed"), key="your_code_train", type="primary", icon=":material/play_arrow:",
            disabled=pair.faulty is None or pair.fixed is None or pair.faulty == pair.fixed,
        )  # fmt: skip
    if asked:
        _start(pair)


def _said(pair: ProgramPair) -> None:
    if pair.why is not None:
        st.info(t("One of the two can't be trained: {reason}", reason=plain(pair.why)), icon=":material/block:")
    elif pair.faulty == pair.fixed:
        st.info(note("your_code", "same-training"), icon=":material/info:")
    if pair.left_out:
        names = ", ".join(words(FAULTS[kind].title) for kind in pair.left_out)
        st.caption(t("Not in this training, because our loop does not support it: {names}.", names=plain(names)))


def _start(pair: ProgramPair) -> None:
    arms = tuple(
        Arm((("program", title),), spec, plan)
        for title, (spec, plan) in ((say("as it is"), pair.faulty), (say("fixed"), pair.fixed))
    )
    with problems.shown():
        started = start.start(service_access.get_service(), Experiment("own", arms, tuple(FRAMEWORKS)), state.owner(), "")
        st.session_state[state.EXPERIMENT] = started
        navigation.switch_to("experiments", {state.EXPERIMENT: started})
