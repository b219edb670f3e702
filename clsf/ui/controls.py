"""The widgets with which a training is chosen. Every choice outlives a page; what is worth sharing is in the link.

What a widget shows is also what the link says, so labels of linked options are the same in every language.
"""

from __future__ import annotations

from math import floor, log10

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf import FRAMEWORKS
from clsf.charts.style import STYLES
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.model import presets
from clsf.model.spec import ModelSpec
from clsf.plan import (
    DTYPES,
    LEARNING_RATES,
    MAX_BATCH,
    MAX_EPOCHS,
    MAX_IMAGE_SIZE,
    OPTIMIZERS,
    SCALES,
    STARTS,
    TENSORFLOW_VARIANTS,
    Plan,
    Preparation,
)
from clsf.ui import state
from clsf.ui.choices import Choices, fit
from clsf.ui.text import sentence, t, words
from clsf.words import Sentence

LINKED = {"bind": "query-params", "persist_state": "session"}

OPTIMIZER_TITLES = {
    "sgd": "SGD", "momentum": "SGD + momentum 0.9", "nesterov": "SGD + Nesterov 0.9", "adagrad": "Adagrad",
    "adadelta": "Adadelta", "rmsprop": "RMSprop", "adam": "Adam",
}  # fmt: skip
SCALE_TITLES = {"zero-one": "[0, 1]", "minus-one-one": "[-1, 1]", "standardise": "μ = 0, σ = 1"}
START_TITLES = {"glorot": "Glorot uniform (Keras)", "kaiming": "Kaiming uniform (PyTorch)"}
VARIANT_TITLES = {"graph": "@tf.function", "eager": "eager", "fit": "model.fit"}

DEFAULT_DATA, DEFAULT_MODEL = "digits", "lecture-cnn"
DEFAULT_EPOCHS, DEFAULT_BATCH, DEFAULT_OPTIMIZER = (Plan.__dataclass_fields__[n].default for n in ("epochs", "batch_size", "optimizer"))  # fmt: skip


def choose_defaults() -> None:
    """Choose what a first training needs: digits, the lecture's model, both frameworks. Call before a page switch."""
    st.session_state[state.DATA] = DEFAULT_DATA
    st.session_state[state.MODEL] = DEFAULT_MODEL
    st.session_state[state.FRAMEWORKS] = list(FRAMEWORKS)
    st.session_state[state.IMAGE_SIZE] = None


def training_choices() -> Choices:
    """Show all widgets and return what they say now."""
    info = _data()
    spec_place = st.container()
    frameworks = _frameworks()
    values = _schedule()
    preparation, more, race = _more_settings()
    with spec_place:
        spec, problem = _model(info, preparation)
    try:
        plan = Plan(data=info.name, preparation=preparation, **values, **more)
    except ClsfError as error:
        plan, problem = None, error.sentence
    return Choices(spec, plan, frameworks, race, problem)


def start_button(choices: Choices) -> bool:
    """Show the button that starts the training and, where it can't, why not."""
    if choices.problem and choices.plan is None:
        st.error(sentence(choices.problem), icon=":material/error:")
    if not choices.frameworks:
        st.caption(t("Choose at least one framework."))
    return st.button(
        t("Start training"),
        key="train",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=bool(choices.problem) or not choices.frameworks,
    )


def _data() -> catalogue.DatasetInfo:
    names = [*catalogue.NAMES, *(found.name for found in catalogue.imported())]
    with st.container(gap="xsmall"):
        name = st.selectbox(
            t("Images"), names, index=names.index(DEFAULT_DATA), format_func=_data_title, key=state.DATA, filter_mode=None, **LINKED
        )  # fmt: skip
        info = catalogue.info(name)
        height, width, channels = info.shape
        st.caption(
            t(
                "{count} images · {height}×{width}×{channels} · {classes} classes",
                count=f"{info.train:,}", height=height, width=width, channels=channels, classes=len(info.classes),
            )
        )  # fmt: skip
    return info


def _data_title(name: str) -> str:
    return name if name in catalogue.NAMES else words(catalogue.info(name).title)


def _model(info: catalogue.DatasetInfo, preparation: Preparation) -> tuple[ModelSpec, Sentence | None]:
    with st.container(gap="xsmall"):
        name = st.selectbox(
            t("Model"), presets.NAMES, index=presets.NAMES.index(DEFAULT_MODEL), key=state.MODEL, filter_mode=None,
            help=t("A ready-made design. Both frameworks build the same one, layer by layer."), **LINKED,
        )  # fmt: skip
        spec = presets.preset(name, len(info.classes))
        found = fit(spec, info, preparation)
        if not found.problem:
            st.caption(t("{count} parameters", count=f"{found.parameters:,}"))
            return spec, None
        st.warning(sentence(found.problem), icon=":material/straighten:")
        if found.mend:
            st.button(
                t("Resize images to {side}×{side}", side=found.mend), key="mend", icon=":material/photo_size_select_large:",
                on_click=_resize, args=(found.mend,), width="stretch",
            )  # fmt: skip
    return spec, found.problem


def _resize(side: int) -> None:
    st.session_state[state.IMAGE_SIZE] = side


def _frameworks() -> tuple[str, ...]:
    chosen = st.pills(
        t("Frameworks"),
        FRAMEWORKS,
        selection_mode="multi",
        default=list(FRAMEWORKS),
        format_func=lambda name: STYLES[name].title,
        key=state.FRAMEWORKS,
        **LINKED,
    )
    return tuple(name for name in FRAMEWORKS if name in chosen)


def _schedule() -> dict[str, object]:
    left, right = _pair()
    epochs = left.number_input(
        t("Epochs"),
        1,
        MAX_EPOCHS,
        DEFAULT_EPOCHS,
        key=state.EPOCHS,
        help=t("How often every training image is seen."),
        **LINKED,
    )
    batch_size = right.number_input(
        t("Batch size"),
        1,
        MAX_BATCH,
        DEFAULT_BATCH,
        key=state.BATCH_SIZE,
        help=t("Images per update of the weights."),
        **LINKED,
    )
    left, right = _pair()
    optimizer = left.selectbox(
        t("Optimizer"),
        OPTIMIZERS,
        index=OPTIMIZERS.index(DEFAULT_OPTIMIZER),
        format_func=OPTIMIZER_TITLES.get,
        key=state.OPTIMIZER,
        filter_mode=None,
        on_change=_follow_optimizer,
        help=t("The rule by which the gradient changes the weights. Choosing one also chooses a usual learning rate for it."),
        **LINKED,
    )
    learning_rate = right.number_input(
        t("Learning rate"),
        min_value=0.0,
        value=LEARNING_RATES[optimizer],
        step=_step(st.session_state.get(state.LEARNING_RATE) or LEARNING_RATES[optimizer]),
        format="%g",
        key=state.LEARNING_RATE,
        help=t("How far each update goes. Too large and the loss becomes no number; too small and nothing is learned."),
        **LINKED,
    )
    return {"epochs": epochs, "batch_size": batch_size, "optimizer": optimizer, "learning_rate": learning_rate}


def _follow_optimizer() -> None:
    st.session_state[state.LEARNING_RATE] = LEARNING_RATES[st.session_state[state.OPTIMIZER]]


def _step(rate: float) -> float:
    """Return what one press of + or - adds: one of the first digit, or a tenth of it just above a power of ten."""
    power = floor(log10(rate))
    return 10.0 ** (power - 1 if rate < 2 * 10.0**power else power)


def _more_settings() -> tuple[Preparation, dict[str, object], bool]:
    with st.expander(t("More settings"), icon=":material/tune:"):
        aligned = st.toggle(
            t("Same update rule in both"),
            True,
            key=state.ALIGNED,
            help=t(
                "On: both frameworks follow one written rule, so equal weights stay equal up to rounding. "
                "Off: each does what it does by the optimizer's name, which is not always the same."
            ),
            **LINKED,
        )
        race = st.toggle(
            t("Both at the same time"),
            False,
            key=state.RACE,
            help=t("They then share the processor's cores, and neither is as fast as alone: compare curves, not speed."),
            **LINKED,
        )
        preparation = _preparation()
        left, right = _pair()
        train_limit = left.number_input(
            t("Training images"), 1, value=None, placeholder=t("all"), key=state.TRAIN_LIMIT,
            help=t("At most so many training images are used; empty: all."), **LINKED,
        )  # fmt: skip
        seed = right.number_input(
            t("Seed"), 0, 2**31 - 1, 0, key=state.SEED,
            help=t("Decides the split, the order of the batches, the initial weights and dropout."), **LINKED,
        )  # fmt: skip
        start = st.selectbox(
            t("Initial weights"), STARTS, format_func=START_TITLES.get, key=state.START, filter_mode=None,
            help=t("The scheme they are drawn by. They are drawn once and loaded into both frameworks."), **LINKED,
        )  # fmt: skip
        dtype = st.segmented_control(
            t("Number format"), DTYPES, default=DTYPES[0], required=True, key=state.DTYPE,
            help=t("float64 is slower, but shows that only rounding separates the two frameworks."), **LINKED,
        )  # fmt: skip
        variant = st.segmented_control(
            t("TensorFlow's loop"), TENSORFLOW_VARIANTS, default=TENSORFLOW_VARIANTS[0], required=True,
            format_func=VARIANT_TITLES.get, key=state.TENSORFLOW_VARIANT,
            help=t("Compiled to a graph, step by step in Python, or Keras' own loop. PyTorch runs its usual loop."), **LINKED,
        )  # fmt: skip
    more = {
        "rules": "aligned" if aligned else "native", "train_limit": train_limit, "seed": seed, "start": start,
        "dtype": dtype, "tensorflow_variant": variant,
    }  # fmt: skip
    return preparation, more, race


def _preparation() -> Preparation:
    colours = {"keep": t("as they are"), "grey": t("grey"), "rgb": t("colour")}
    left, right = _pair()
    size = left.number_input(
        t("Image size"), 4, MAX_IMAGE_SIZE, None, placeholder=t("as they are"), key=state.IMAGE_SIZE,
        help=t("Side in pixels that images are resized to; empty: they keep their size."), **LINKED,
    )  # fmt: skip
    colour = right.selectbox(
        t("Colour"), list(colours), format_func=colours.get, key=state.COLOUR, filter_mode=None, persist_state="session"
    )
    scale = st.segmented_control(
        t("Pixel values"), SCALES, default=SCALES[0], required=True, format_func=SCALE_TITLES.get, key=state.SCALE,
        help=t("What the range 0 to 255 is turned into before the first layer."), **LINKED,
    )  # fmt: skip
    return Preparation(size, colour, scale)


def _pair() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return two places side by side, on a phone too."""
    grid = st.grid(2, min_column_width=96, gap="small")
    return grid.cell(), grid.cell()
