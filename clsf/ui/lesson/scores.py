"""Three scores, their softmax probabilities, the loss, and gradient descent steps: by hand, in both frameworks."""

from __future__ import annotations

import ast
import math

import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts import course_scores
from clsf.frameworks import BY_NAME
from clsf.tensors.program import ProgramCall
from clsf.ui.shared import choose, facts, figures, linked, programs
from clsf.ui.shared.text import plain, t, words

LEAST, MOST, FIRST = -8.0, 8.0, (3.0, 0.0, 0.0)
RATE = 1.0
MOST_STEPS = 10_000

_SCORE, _RIGHT, _STEPS, _GRADIENT = "score_{at}", "score_right", "score_steps", "score_gradient"


def show() -> None:
    """Show the scores, their probabilities and loss, and the button that takes a step."""
    names = (t("first class"), t("second class"), t("third class"))
    z = []
    for at, (column, name) in enumerate(zip(st.columns(3), names, strict=True)):
        key = _SCORE.format(at=at)
        value = column.slider(name, LEAST, MOST, FIRST[at], 0.1, key=key, on_change=_moved, **choose.LINKED)
        z.append(round(float(value), 3))
    titles = {str(at): name for at, name in enumerate(names)}
    right = int(choose.named(st.segmented_control, t("Right class"), titles, _RIGHT, default="1"))
    calls = [ProgramCall.of("learning.softmax", z=z)]
    calls += [ProgramCall.of(f"learning.{name}", z=z, label=right) for name in ("loss", "gradient_of_loss")]
    shares, losses, gradients = {}, {}, {}
    for framework, answer in programs.ask(*calls, sides=FRAMEWORKS).items():
        if answer.problem is not None:
            st.info(plain(answer.problem), icon=":material/hourglass_empty:")
            continue
        shares[framework], losses[framework], gradients[framework] = (ast.literal_eval(o.value.text) for o in answer.outcomes)
    if not shares:
        return
    any_ = next(iter(shares))
    st.session_state[_GRADIENT] = gradients[any_]
    steps = linked.whole(_STEPS, 0, MOST_STEPS, 0)
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
        st.session_state[key] = round(min(max(st.session_state[key] - RATE * value, LEAST), MOST), 3)
    linked.keep(_STEPS, str(min(linked.whole(_STEPS, 0, MOST_STEPS, 0) + 1, MOST_STEPS)))


def _moved() -> None:
    """Start again with the scores that are set by hand."""
    linked.keep(_STEPS, None)


def _again() -> None:
    for at, value in enumerate(FIRST):
        st.session_state[_SCORE.format(at=at)] = value
    linked.keep(_STEPS, None)
