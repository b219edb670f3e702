"""The setup of lockstep and switchboard: images, a model, and how both frameworks take their steps."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from clsf import optimizers
from clsf.compare.pairs import FRAMEWORKS_PAIR, PAIRS, Pair
from clsf.compare.recording import MAX_STEPS, MEGABYTE, Recording, step_bytes
from clsf.compare.sides import check
from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.errors import ClsfError
from clsf.model.spec import ModelSpec
from clsf.model.walk import Analysis
from clsf.plan import DTYPES, LEARNING_RATES, MAX_BATCH, Clipping, Plan, Preparation
from clsf.ui.compare import keys
from clsf.ui.shared import choices, controls, data_choice, problems, state, units
from clsf.ui.shared.choices import fit
from clsf.ui.shared.choose import named
from clsf.ui.shared.controls import LINKED
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t, words

DEFAULT_STEPS = 30
DEFAULT_OPTIMIZER = optimizers.PLAINEST  # the rest is for the model
DEFAULT_DTYPE = "float64"  # rounding is far smaller than every other difference


@dataclass(frozen=True, slots=True)
class CompareBench:
    """A model, a plan for both and how much is recorded; `plan` is None if the choices are impossible."""

    spec: ModelSpec
    plan: Plan | None
    recording: Recording | None
    analysis: Analysis | None
    pair: Pair = FRAMEWORKS_PAIR


def model_and_data() -> tuple[ModelSpec, str, Preparation, bool]:
    """Choose images and model as on the Train page, with the same names. Also return whether they fit."""
    data = data_choice.select()
    info = catalogue.info(data)
    model = choices.select_model(controls.DEFAULT_MODEL)
    spec = choices.model(model, len(info.classes))
    preparation = Preparation(st.session_state.get(state.IMAGE_SIZE))
    fitted = fit(spec, info, preparation)
    if fitted.problem is None:
        size = t("{height}×{width}×{channels}", **dict(zip(("height", "width", "channels"), fitted.shape, strict=True)))
        st.caption(f"{units.parameters(fitted.parameters)} · {size}")
        return spec, data, preparation, True
    controls.show_problem(fitted)
    return spec, data, preparation, False


def choose(steps: bool = True) -> CompareBench:
    """Show the widgets and return their values. `steps`: also show the number of steps and their display settings."""
    spec, data, preparation, fits = model_and_data()
    left, right = st.columns(2, gap="small")
    optimizer = choices.select_optimizer(left, keys.OPTIMIZER, DEFAULT_OPTIMIZER, on_change=_follow_optimizer)
    rate = right.number_input(
        t("Learning rate"), min_value=0.0, value=LEARNING_RATES[optimizer], step=LEARNING_RATES[optimizer] / 2, format="%g",
        key=keys.RATE, **LINKED,
    )  # fmt: skip
    dtype = st.segmented_control(
        t("Number format"), DTYPES, default=DEFAULT_DTYPE, required=True, key=keys.DTYPE,
        help=note("compare", "float64-rounding-billion"), **LINKED,
    )  # fmt: skip
    count, isolate, full, pair = 1, False, 0, FRAMEWORKS_PAIR
    if steps:
        count = st.number_input(t("Steps"), 1, MAX_STEPS, DEFAULT_STEPS, key=keys.STEPS, **LINKED)
        isolate = st.toggle(t("Isolate"), key=keys.ISOLATE, **LINKED, help=note("compare", "each-layer-pytorch"))
    with st.expander(t("More settings"), icon=":material/tune:"):
        left, right = st.columns(2, gap="small")
        batch = left.number_input(t("Batch size"), 1, MAX_BATCH, 32, key=keys.BATCH, **LINKED)
        seed = right.number_input(t("Seed"), 0, 2**31 - 1, 0, key=keys.SEED, **LINKED)
        decay = left.number_input(
            t("Weight decay (L2)"), 0.0, 10.0, 0.0, 0.001, format="%g", key=keys.DECAY,
            help=t("Adds this times the sum of squares of all kernels to what is minimised."), **LINKED,
        )  # fmt: skip
        clip = left.number_input(
            t("Clipping by norm"), 0.0, 1e6, 0.0, 0.1, format="%g", key=keys.CLIP,
            help=t("0: none. Otherwise the largest norm that the gradient of one weight array may have."), **LINKED,
        )  # fmt: skip
        weigh = right.toggle(
            t("Weigh the classes"), key=keys.WEIGH,
            help=t("Images of rare classes count more in the loss; where all classes are equally frequent, nothing changes."), **LINKED,
        )  # fmt: skip
        if steps:
            titles = {name: words(pair.title) for name, pair in PAIRS.items()}
            pair = PAIRS[named(st.selectbox, t("What is compared"), titles, keys.PAIR, keys.PAIR_LINK)]
            full = right.number_input(
                t("Whole steps"), 0, MAX_STEPS, 0, key=keys.FULL,
                help=t("First steps of which every number is recorded, not only a sample of each tensor."), **LINKED,
            )  # fmt: skip
    if not fits:
        return CompareBench(spec, None, None, None, pair)
    try:
        plan = Plan(
            data=data, preparation=preparation, optimizer=optimizer, learning_rate=rate, dtype=dtype, batch_size=batch, seed=seed,
            l2=decay, device="cpu", clipping=Clipping("norm", clip) if clip else None, balanced=weigh,
        )  # fmt: skip
        recording = Recording(count, full_steps=full, isolate=isolate)
        check(spec, plan, recording)
    except ClsfError as error:
        problems.show(error)
        return CompareBench(spec, None, None, None, pair)
    analysis = spec.analyse(prepared_shape(catalogue.info(data), preparation))
    if steps:
        size, count = step_bytes(analysis, plan) / MEGABYTE, 3 + 2 * len(analysis.layers) + 2 * len(analysis.named_weights())
        st.caption(note("compare", "each-step-computes", size=f"{size:,.1f}", count=count))
    return CompareBench(spec, plan, recording, analysis, pair)


def _follow_optimizer() -> None:
    st.session_state[keys.RATE] = LEARNING_RATES[st.session_state[keys.OPTIMIZER]]
