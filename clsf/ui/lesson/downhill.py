"""Four update rules run down one valley, step by step, in both frameworks."""

from __future__ import annotations

import ast

import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts import course_downhill
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import choose, facts, linked, programs
from clsf.ui.shared.text import plain, t

RATES = {"sgd": 0.9, "momentum": 0.1, "rmsprop": 0.3, "adam": 0.5}
RULES = {"sgd": "SGD", "momentum": "SGD + momentum", "rmsprop": "RMSprop", "adam": "Adam"}
SGD_RATES = (0.1, 0.5, 0.9, 1.02)
MOST = 60

_STEPS, _RATE, _SHOWN = "downhill_steps", "downhill_rate", "downhill_rules"


def show() -> None:
    """Show the valley, and the buttons that take steps in it."""
    steps = linked.whole(_STEPS, 0, MOST, 0)
    left, right = st.columns(2)
    shown = choose.several(st.pills, t("Rules"), RULES, _SHOWN, tuple(RULES), selection_mode="multi", place=left)
    rate = right.select_slider(t("Learning rate of SGD"), SGD_RATES, 0.9, key=_RATE, **choose.LINKED)
    calls = [
        ProgramCall.of("learning.downhill", rule=rule, learning_rate=float(rate if rule == "sgd" else RATES[rule]), steps=steps)
        for rule in shown
    ]
    ways = {}
    for framework, answer in programs.ask(*calls, sides=FRAMEWORKS).items():
        if answer.problem is not None:
            st.info(plain(answer.problem), icon=":material/hourglass_empty:")
            continue
        for rule, outcome in zip(shown, answer.outcomes, strict=True):
            ways[rule, framework] = ast.literal_eval(outcome.value.values)
    st.plotly_chart(course_downhill.surface(ways, RULES, t("loss")), key="downhill_chart", config={"displayModeBar": False})
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(t("Step"), key="downhill_one", icon=":material/skip_next:", type="primary", on_click=_take, args=(1,))
        st.button(t("Ten steps"), key="downhill_ten", icon=":material/fast_forward:", on_click=_take, args=(10,))
        st.button(t("Start again"), key="downhill_zero", icon=":material/replay:", on_click=_take, args=(-MOST,))
        st.caption(t("Steps so far: {count}. Filled: TensorFlow. Hollow: PyTorch.", count=steps))
    for rule in shown:
        facts.tell("downhill", rule=rule, steps=steps, learning_rate=float(rate if rule == "sgd" else RATES[rule]))


def _take(count: int) -> None:
    steps = min(max(linked.whole(_STEPS, 0, MOST, 0) + count, 0), MOST)
    linked.keep(_STEPS, str(steps) if steps else None)
