"""The widgets with which a training is chosen. Every choice outlives a page; what is worth sharing is in the link.

A first training needs images and a model; the lecture's settings are a fold, and everything else is another, in which one group
is in sight. What a widget shows is also what the link says, so labels of linked options are the same in every language.
"""

from __future__ import annotations

from math import floor, log10

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf import FRAMEWORKS
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.frameworks import TITLES
from clsf.losses import fitted
from clsf.model import presets
from clsf.model.spec import ModelSpec
from clsf.plan import LEARNING_RATES, MAX_BATCH, MAX_EPOCHS, Plan
from clsf.ui.shared import data_choice, design, state, units
from clsf.ui.shared.choices import Choices, Fit, fit, model, select_model, select_optimizer, show_model
from clsf.ui.shared.choose import LINKED, whole
from clsf.ui.shared.design import MY_MODEL
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import extras, groups, taken
from clsf.ui.shared.settings.fields import pair
from clsf.ui.shared.text import plain, t, tn
from clsf.words import Sentence

DEFAULT_DATA, DEFAULT_MODEL = "digits", "lecture-cnn"
DEFAULT_EPOCHS, DEFAULT_BATCH, DEFAULT_OPTIMIZER = (Plan.__dataclass_fields__[n].default for n in ("epochs", "batch_size", "optimizer"))  # fmt: skip


def choose_as(spec: ModelSpec, plan: Plan, framework: str) -> None:
    """Set the form to a run's settings, so that it matches the run next to it. Call before a page switch.

    A model that is not ready-made becomes the own design. Settings without a widget, such as the initial weights or a
    difference, are left out.
    """
    groups.reset()
    classes = len(catalogue.info(plan.data).classes)
    own = spec.name not in presets.NAMES or presets.preset(spec.name, classes) != spec
    if own:
        design.keep(spec)
    st.session_state.update(
        {
            state.DATA: plan.data, state.MODEL: MY_MODEL if own else spec.name, state.FRAMEWORKS: [framework], state.EPOCHS: plan.epochs,
            state.BATCH_SIZE: plan.batch_size, state.OPTIMIZER: plan.optimizer, state.LEARNING_RATE: plan.learning_rate,
            **taken.values(plan),
        }
    )  # fmt: skip


def training_choices(folded: DeltaGenerator | None = None, flat: bool = False) -> Choices:
    """Show all widgets and return their values. `folded`: where the groups of further settings go, if not below. `flat`: nothing is
    folded, because the form is in an expander already.
    """
    info = _data()
    spec_place = st.container()
    opened = _opened()
    with _level(t("The lecture's settings"), ":material/school:", opened, flat):
        frameworks = _frameworks()
        values = _essentials()
    with folded or st.container():
        notes = st.container()
        with _level(t("Everything else"), ":material/tune:", _more_opened(), flat):
            more, race = groups.show(info, values)
    problem = None
    try:
        plan = Plan(data=info.name, **values, **more)
        st.session_state[state.PLAN] = plan
    except ClsfError as error:
        plan, problem = None, error.sentence
    with spec_place:
        spec, misfit = _model(info, more, plan)
    if plan is not None:
        _besides(notes, plan)
    return Choices(spec, plan, frameworks, race, problem or misfit)


def _level(title: str, icon: str, opened: bool, flat: bool) -> DeltaGenerator:
    """Return the container for a level of settings: an expander, or a frame with the title."""
    if not flat:
        return st.expander(title, icon=icon, expanded=opened)
    place = st.container(border=True)
    place.markdown(f"{icon} **{title}**")
    return place


def _opened() -> bool:
    """Return whether the lecture's settings are visible: once one of them was set, here or by a link, until the session ends."""
    usual = {
        state.EPOCHS: DEFAULT_EPOCHS, state.BATCH_SIZE: DEFAULT_BATCH, state.OPTIMIZER: DEFAULT_OPTIMIZER,
        state.LEARNING_RATE: LEARNING_RATES[DEFAULT_OPTIMIZER], state.FRAMEWORKS: list(FRAMEWORKS),
    }  # fmt: skip
    chosen = any(name in st.query_params or st.session_state.get(name, value) != value for name, value in usual.items())
    st.session_state[state.SETTINGS_OPEN] = chosen or st.session_state.get(state.SETTINGS_OPEN, False)
    return st.session_state[state.SETTINGS_OPEN]


def _more_opened() -> bool:
    """Return whether all other settings are visible: once a group of them was chosen, here or by a link, until the session ends."""
    found = state.SETTINGS_GROUP in st.query_params or st.session_state.get(state.MORE_OPEN, False)
    st.session_state[state.MORE_OPEN] = found
    return found


def start_button(choices: Choices, label: str = "", key: str = "train") -> bool:
    """Show the button that starts the training and, where it can't, why not."""
    if choices.problem and choices.plan is None:
        st.error(plain(choices.problem), icon=":material/error:")
    if not choices.frameworks:
        st.caption(t("Choose at least one framework."))
    label = label or t("Start training")
    return st.button(label, key=key, type="primary", icon=":material/play_arrow:", width="stretch", disabled=_refused(choices))


def step_button(choices: Choices) -> bool:
    """Show the button that starts a training that pauses after its first batch."""
    return st.button(
        t("Batch by batch"), key="train_stepwise", icon=":material/footprint:", width="stretch", disabled=_refused(choices),
        help=note("train", "trains-one-batch"),
    )  # fmt: skip


def _refused(choices: Choices) -> bool:
    return bool(choices.problem) or not choices.frameworks


def _data() -> catalogue.DatasetInfo:
    with st.container(gap="xsmall"):
        name = data_choice.select()
        info = catalogue.info(name)
        height, width, channels = info.shape
        st.caption(
            t(
                "{count} images · {height}×{width}×{channels} · {classes} classes",
                count=f"{info.train:,}", height=height, width=width, channels=channels, classes=len(info.classes),
            )
        )  # fmt: skip
        if info.validation:
            st.caption(
                tn(
                    "Also {count} validation image of its own: none is drawn from the training images, and the share for "
                    "validation is not used.",
                    "Also {count} validation images of its own: none are drawn from the training images, and the share for "
                    "validation is not used.",
                    info.validation,
                    count=f"{info.validation:,}",
                )
            )
    return info


def _model(info: catalogue.DatasetInfo, more: dict, plan: Plan | None) -> tuple[ModelSpec, Sentence | None]:
    design.open_linked(info.shape)
    with st.container(gap="xsmall"):
        name = select_model(DEFAULT_MODEL, on_change=design.forget_refusal, help=note("train", "ready-made-design"))
        design.into_link(name)
        refused = design.refusal()
        if refused is not None:
            st.warning(plain(refused), icon=":material/link_off:")
        drawn = model(name, len(info.classes))
        spec = fitted(drawn, plan, len(info.classes)) if plan is not None else drawn
        fit_found = fit(spec, info, more["preparation"], plan)
        show_model(name, fit_found.shape, len(info.classes))
        if not fit_found.problem:
            st.caption(units.parameters(fit_found.parameters))
            if spec != drawn:
                st.caption(t("Its last layer is changed to what the chosen loss needs."))
            return spec, None
        show_problem(fit_found)
    return spec, fit_found.problem


def show_problem(fitted: Fit) -> None:
    """Show why a model does not fit the images, and offer the image size that fixes it, if there is one."""
    st.warning(plain(fitted.problem), icon=":material/straighten:")
    if fitted.mend:
        st.button(
            t("Resize images to {side}×{side}", side=fitted.mend), key="mend", icon=":material/photo_size_select_large:",
            width="stretch",
            on_click=st.session_state.update, args=({state.IMAGE_SIZE: fitted.mend},),
        )  # fmt: skip


def _frameworks() -> tuple[str, ...]:
    chosen = st.pills(
        t("Frameworks"), FRAMEWORKS, selection_mode="multi", default=list(FRAMEWORKS), format_func=TITLES.__getitem__, key=state.FRAMEWORKS,
        **LINKED,
    )  # fmt: skip
    return tuple(name for name in FRAMEWORKS if name in chosen)


def _essentials() -> dict[str, object]:
    left, right = pair()
    help = t("How often every training image is seen.")
    epochs = whole(t("Epochs"), 1, MAX_EPOCHS, DEFAULT_EPOCHS, state.EPOCHS, left, help=help)
    help = t("Images per update of the weights.")
    batch_size = whole(t("Batch size"), 1, MAX_BATCH, DEFAULT_BATCH, state.BATCH_SIZE, right, help=help)
    left, right = pair()
    optimizer = select_optimizer(
        left, state.OPTIMIZER, DEFAULT_OPTIMIZER, on_change=_follow_optimizer, help=note("train", "rule-gradient-changes")
    )
    usual = LEARNING_RATES[optimizer]
    learning_rate = right.number_input(
        t("Learning rate"), min_value=0.0, value=usual, step=_step(st.session_state.get(state.LEARNING_RATE) or usual), format="%g",
        key=state.LEARNING_RATE, help=note("train", "how-far-each"), **LINKED,
    )  # fmt: skip
    return {"epochs": epochs, "batch_size": batch_size, "optimizer": optimizer, "learning_rate": learning_rate}


def _follow_optimizer() -> None:
    st.session_state[state.LEARNING_RATE] = LEARNING_RATES[st.session_state[state.OPTIMIZER]]


def _step(rate: float) -> float:
    """Return what one press of + or - adds: one of the first digit, or a tenth of it just above a power of ten."""
    power = floor(log10(rate))
    return 10.0 ** (power - 1 if rate < 2 * 10.0**power else power)


def _besides(place: DeltaGenerator, plan: Plan) -> None:
    """Show what is chosen in the folded groups, so that it is not forgotten. The line is always there: if it appeared with the
    first choice, everything below it would jump under the pointer.
    """
    said = extras.said(plan)
    with place.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(
            t("Also: {settings}", settings=plain(" · ".join(said))) if said else t("All settings below are defaults."),
            width="stretch",
        )
        st.button(
            t("Reset"), key="reset_settings", icon=":material/restart_alt:", type="tertiary", on_click=groups.reset, disabled=not said,
            help=t("Back to the defaults in all groups below; images, model, optimizer and its learning rate stay."),
        )  # fmt: skip
