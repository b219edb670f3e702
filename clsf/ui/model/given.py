"""The input that a design is tried on (the images' shape, the number of classes, the batch size), and what it then is."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from clsf.data import catalogue
from clsf.errors import ClsfError, SpecError
from clsf.model.advice import Advice
from clsf.model.edit_facts import DesignFacts
from clsf.model.shapes import Shape
from clsf.plan import MAX_BATCH
from clsf.ui.model import keys
from clsf.ui.shared import choose, data_choice, state
from clsf.ui.shared.text import plain, t, words

TYPED = "typed"
FIRST = "shapes"
"""Built in and 32×32×3 with ten classes: the lecture's model has its 430,102 parameters on it."""

MAX_SIDE, MAX_CHANNELS, MAX_CLASSES = 512, 64, 1_000


@dataclass(frozen=True, slots=True)
class ModelInputs:
    """Images and classes; `data` is None if they were typed."""

    shape: Shape
    classes: int
    batch_size: int
    data: str | None


@dataclass(frozen=True, slots=True)
class ModelBench:
    """The data for the views below the editor."""

    seen: DesignFacts
    advice: tuple[Advice, ...]
    given: ModelInputs
    ready: bool  # whether it can be trained as it stands


def chosen() -> ModelInputs:
    """Show the widgets and return their values."""
    infos = data_choice.public()
    titles = {info.name: f"{words(info.title)} · {'×'.join(map(str, info.shape))}" for info in infos}
    titles = {FIRST: titles[FIRST], **titles}  # the first is the default, which is not written into the link
    _follow_train(titles)
    images, batch = st.columns([2.4, 1], gap="small")
    name = choose.named(st.selectbox, t("Images"), {**titles, TYPED: t("another size, typed")}, keys.IMAGES, place=images)
    batch_size = choose.whole(
        t("Batch size"), 1, MAX_BATCH, 32, keys.BATCH,
        help=t("How many images go through at once: the memory that outputs take grows with it."), place=batch
    )  # fmt: skip
    if name != TYPED:
        info = next(one for one in infos if one.name == name)
        return ModelInputs(info.shape, len(info.classes), batch_size, info.name)
    with images:
        return _typed(batch_size)


def settle() -> Shape:
    """Return the shape from the session or the link, before any widget is shown; needed to read a link's design."""
    name = st.session_state.get(keys.IMAGES) or st.query_params.get(keys.IMAGES) or FIRST
    try:
        if name == TYPED:
            return typed_shape(st.session_state.get(keys.TYPED_SHAPE) or st.query_params.get(keys.TYPED_SHAPE) or "")
        return catalogue.info(name).shape
    except ClsfError:
        return catalogue.info(FIRST).shape


def _follow_train(titles: dict[str, str]) -> None:
    """Initially try the design on the images chosen on the Train page in this session, unless the link names others."""
    data = st.session_state.get(state.DATA)
    if keys.IMAGES not in st.session_state and keys.IMAGES not in st.query_params and data in titles:
        st.session_state[keys.IMAGES] = data


def _typed(batch_size: int) -> ModelInputs:
    size, count = st.columns(2, gap="small")
    text = size.text_input(
        t("Height × width × channels"), "28x28x1", key=keys.TYPED_SHAPE, max_chars=40,
        help=t("Sides of 1 to {side} pixels, 1 to {channels} channels.", side=MAX_SIDE, channels=MAX_CHANNELS), **choose.LINKED,
    )  # fmt: skip
    classes = choose.whole(t("Classes"), 1, MAX_CLASSES, 10, keys.TYPED_CLASSES, place=count)
    try:
        shape = typed_shape(text)
    except SpecError as error:
        st.warning(plain(error.sentence), icon=":material/straighten:")
        shape = (28, 28, 1)
    return ModelInputs(shape, classes, batch_size, None)


def typed_shape(text: str) -> Shape:
    """Return (height, width, channels) of "28x28x1", with x, × or commas between. Raises SpecError in words."""
    match = re.fullmatch(r"\s*(\d{1,6})\s*[x×X,* ]\s*(\d{1,6})\s*[x×X,* ]\s*(\d{1,6})\s*", text or "", re.ASCII)
    height, width, channels = map(int, match.groups()) if match else (0, 0, 0)
    if not (1 <= height <= MAX_SIDE and 1 <= width <= MAX_SIDE and 1 <= channels <= MAX_CHANNELS):
        raise SpecError(
            "The image size is '{text}'. Type height × width × channels, as 28x28x1: sides up to {side}, channels up to {channels}. Now 28×28×1 is used.",
            text=(text or "")[:40], side=MAX_SIDE, channels=MAX_CHANNELS,
        )  # fmt: skip
    return height, width, channels
