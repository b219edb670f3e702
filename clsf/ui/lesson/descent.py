"""Gradient descent by hand, in both frameworks: three scores with softmax and loss, and four update rules in one valley."""

from __future__ import annotations

import ast
import math

import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts import course_downhill, course_scores
from clsf.frameworks import BY_NAME
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import choose, facts, figures, linked, programs
from clsf.ui.shared.text import t, words

LOWEST, HIGHEST, FIRST = -8.0, 8.0, (3.0, 0.0, 0.0)
RATE = 1.0
MOST_STEPS = 10_000

_SCORE, _RIGHT, _SCORE_STEPS, _GRADIENT = "score_{at}", "score_right", "score_steps", "score_gradient"

RATES = {"sgd": 0.9, "momentum": 0.1, "rmsprop": 0.3, "adam": 0.5}
RULES = {"sgd": "SGD", "momentum": "SGD + momentum", "rmsprop": "RMSprop", "adam": "Adam"}
SGD_RATES = (0.1, 0.5, 0.9, 1.02)
MOST_DOWNHILL = 60

_STEPS, _RATE, _SHOWN = "downhill_steps", "downhill_rate", "downhill_rules"


def scores() -> None:
    """Show the scores, their probabilities and loss, and the button that takes a step."""
    names = (t("first class"), t("second class"), t("third class"))
    z = []
    for at, (column, name) in enumerate(zip(st.columns(3), names, strict=True)):
        key = _SCORE.format(at=at)
        value = column.slider(
            name, LOWEST, HIGHEST, FIRST[at], 0.1, key=key, on_change=linked.keep, args=(_SCORE_STEPS, None), **choose.LINKED
        )
        z.append(round(float(value), 3))
    titles = {str(at): name for at, name in enumerate(names)}
    right = int(choose.named(st.segmented_control, t("Right class"), titles, _RIGHT, default="1"))
    calls = [ProgramCall.of("learning.softmax", z=z)]
    calls += [ProgramCall.of(f"learning.{name}", z=z, label=right) for name in ("loss", "gradient_of_loss")]
    shares, losses, gradients = {}, {}, {}
    for framework, outcomes in programs.answered(programs.ask(*calls, sides=FRAMEWORKS)):
        shares[framework], losses[framework], gradients[framework] = (ast.literal_eval(o.value.text) for o in outcomes)
    if not shares:
        return
    any_ = next(iter(shares))
    st.session_state[_GRADIENT] = gradients[any_]
    steps = linked.whole(_SCORE_STEPS, 0, MOST_STEPS, 0)
    title = t("Share of each class")
    stamp = (tuple(z), right, tuple(shares))
    figures.draw("lesson-scores", stamp, lambda: (course_scores.shares(shares, names, right, words), title), 260, title)
    st.table(
        {
            t("Class"): [f"{name} ✓" if at == right else name for at, name in enumerate(names)],
            "z": [f"{value:g}" for value in z],
            "eᶻ": [f"{math.exp(value):.4g}" for value in z],
            t("share"): [f"{value:.3f}" for value in shares[any_]],
            t("gradient = share − target"): [f"{value:+.3f}" for value in gradients[any_]],
        },
        border="horizontal", hide_index=True, alt=t("Scores, shares and gradients"),
    )  # fmt: skip
    with st.container(horizontal=True, gap="medium"):
        for framework, loss in losses.items():
            st.metric(t("Loss, {framework}", framework=BY_NAME[framework].style.title), f"{loss:.3f}")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            t("One step against the gradient"), key="score_step", icon=":material/skip_next:", type="primary", on_click=_step
        )
        st.button(t("Start again"), key="score_again", icon=":material/replay:", on_click=_again)
        st.caption(t("Steps so far: {count}. New score = score − {rate} × gradient.", count=steps, rate=f"{RATE:g}"))
    facts.tell("scores", loss=losses[any_], share=shares[any_][right], steps=steps)


def _step() -> None:
    for at, value in enumerate(st.session_state.get(_GRADIENT, ())):
        key = _SCORE.format(at=at)
        st.session_state[key] = round(min(max(st.session_state[key] - RATE * value, LOWEST), HIGHEST), 3)
    linked.keep(_SCORE_STEPS, str(min(linked.whole(_SCORE_STEPS, 0, MOST_STEPS, 0) + 1, MOST_STEPS)))


def _again() -> None:
    for at, value in enumerate(FIRST):
        st.session_state[_SCORE.format(at=at)] = value
    linked.keep(_SCORE_STEPS, None)


def downhill() -> None:
    """Show the valley, and the buttons that take steps in it."""
    steps = linked.whole(_STEPS, 0, MOST_DOWNHILL, 0)
    left, right = st.columns(2)
    shown = choose.several(st.pills, t("Rules"), RULES, _SHOWN, tuple(RULES), selection_mode="multi", place=left)
    rate = right.select_slider(t("Learning rate of SGD"), SGD_RATES, 0.9, key=_RATE, **choose.LINKED)
    calls = [
        ProgramCall.of("learning.downhill", rule=rule, learning_rate=float(rate if rule == "sgd" else RATES[rule]), steps=steps)
        for rule in shown
    ]
    ways = {}
    for framework, outcomes in programs.answered(programs.ask(*calls, sides=FRAMEWORKS)):
        for rule, outcome in zip(shown, outcomes, strict=True):
            ways[rule, framework] = ast.literal_eval(outcome.value.values)
    st.plotly_chart(course_downhill.surface(ways, RULES, t("loss")), key="downhill_chart", config={"displayModeBar": False})
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(t("Step"), key="downhill_one", icon=":material/skip_next:", type="primary", on_click=_take, args=(1,))
        st.button(t("Ten steps"), key="downhill_ten", icon=":material/fast_forward:", on_click=_take, args=(10,))
        st.button(t("Start again"), key="downhill_zero", icon=":material/replay:", on_click=_take, args=(-MOST_DOWNHILL,))
        st.caption(t("Steps so far: {count}. Filled: TensorFlow. Hollow: PyTorch.", count=steps))
    for rule in shown:
        facts.tell("downhill", rule=rule, steps=steps, learning_rate=float(rate if rule == "sgd" else RATES[rule]))


def _take(count: int) -> None:
    steps = min(max(linked.whole(_STEPS, 0, MOST_DOWNHILL, 0) + count, 0), MOST_DOWNHILL)
    linked.keep(_STEPS, str(steps) if steps else None)
