"""The reader's choices for a training as values, with checks by arithmetic before anything runs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf import losses, optimizers
from clsf.charts.model_strip import strip
from clsf.data import pretrained
from clsf.data.catalogue import DatasetInfo
from clsf.data.prepare import prepared_shape
from clsf.errors import ClsfError, SpecError
from clsf.model import presets
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.model.walk import Analysis
from clsf.plan import OPTIMIZERS, Plan, Preparation
from clsf.ui.shared import choose, state
from clsf.ui.shared.design import MY_MODEL, designed
from clsf.ui.shared.text import plain, t, words
from clsf.words import Sentence

SIZES_TO_TRY = (28, 32, 64, 128)
"""Image sides in pixels that are offered if a model is too deep for small images."""


@dataclass(frozen=True, slots=True)
class Choices:
    """One model, one plan, the frameworks to train it in; `problem` says why it can't be trained as it stands."""

    spec: ModelSpec
    plan: Plan | None
    frameworks: tuple[str, ...]
    race: bool
    problem: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a model accepts these images: its parameters if so, else the problem and the image size that would fix it."""

    shape: tuple[int, int, int]
    parameters: int = 0
    problem: Sentence | None = None
    mend: int | None = None


def select_model(default: str, key: str = state.MODEL, **more: object) -> str:
    """Show the choice of a model and return its name, which is then in the link: ready-made, or the student's own."""
    titles = {name: name for name in presets.NAMES}
    if designed() is not None:
        titles[MY_MODEL] = own_title(designed().name)
    if st.session_state.get(key) in titles:
        st.session_state[key] = st.session_state[key]  # see `clsf.ui.shared.data_choice.select`
    return choose.named(st.selectbox, t("Model"), titles, key, default=default, **more)


def show_model(name: str, shape: Shape, classes: int) -> None:
    """Show a preset on images of a shape; nothing for another name, and no picture where the images are too small for it."""
    if name not in presets.NAMES:
        return
    preset = presets.PRESETS[name]
    try:
        layers = preset.spec(classes).analyse(shape).layers
    except SpecError:
        layers = ()
    if layers:
        st.html(strip(layers, shape, t("{name}: {about}", name=name, about=words(preset.about))))
    st.caption(plain(preset.about))


def select_optimizer(place: DeltaGenerator, key: str, default: str, **more: object) -> str:
    """Show the choice of an optimizer and return its name."""
    return choose.one(t("Optimizer"), OPTIMIZERS, key, default, place=place, format_func=optimizers.title, **more)


def limit(place: DeltaGenerator, key: str) -> int | None:
    """Show the choice of how many images are trained on at most; None: all."""
    return place.number_input(
        t("Training images"), 1, value=None, placeholder=t("all"), key=key,
        help=t("At most this many training images are used; empty: all."), **choose.LINKED,
    )  # fmt: skip


def own_title(name: str) -> str:
    """Return the label of the reader's own design in a choice of models: its name, as everywhere else.

    A design with the name of the ready-made model that it was made from gets a distinct label.
    """
    return t("{name} (own design)", name=name) if name in presets.NAMES else name


def model(name: str, classes: int) -> ModelSpec:
    """Return the model of that name: a ready-made one for this number of classes, or the own design unchanged."""
    own = designed() if name == MY_MODEL else None
    return own if own is not None else presets.preset(name, classes)


def fit(spec: ModelSpec, info: DatasetInfo, preparation: Preparation, plan: Plan | None = None) -> Fit:
    """Try the model on the prepared images' shape, by arithmetic alone; with a plan also on what its loss takes."""
    shape = prepared_shape(info, preparation)
    try:
        return Fit(shape, parameters=_check(spec, plan, shape, len(info.classes)).parameters)
    except ClsfError as error:
        return Fit(shape, problem=error.sentence, mend=_mending_size(spec, plan, shape, len(info.classes)))


def _check(spec: ModelSpec, plan: Plan | None, shape: Shape, classes: int) -> Analysis:
    if plan is None:
        return spec.check(shape, classes)
    analysis = losses.check(spec, plan, shape, classes)
    if plan.weights is not None:
        pretrained.checked(analysis, plan.weights)
    return analysis


def _mending_size(spec: ModelSpec, plan: Plan | None, shape: Shape, classes: int) -> int | None:
    for side in SIZES_TO_TRY:
        if side > max(shape[:2]):
            with suppress(ClsfError):
                _check(spec, plan, (side, side, shape[2]), classes)
                return side
    return None
