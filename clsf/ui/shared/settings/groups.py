"""The further settings of a training, in groups with only one visible, so that a first training can ignore them."""

from __future__ import annotations

from math import ceil

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf.data import catalogue
from clsf.plan import Plan, Schedule
from clsf.ui.shared import choices, choose, problems, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import keys, learning, looping, pacing, varying
from clsf.ui.shared.settings.fields import explained
from clsf.ui.shared.text import t

KEY = "settings-"
"""What the keys of the groups' containers begin with."""

RESET = (
    state.ALIGNED, state.START, state.SEED, state.DTYPE, state.TENSORFLOW_VARIANT, state.RACE, state.IMAGE_SIZE, state.COLOUR,
    state.SCALE, state.TRAIN_LIMIT, *keys.SETTINGS, *learning.KEYS,
)  # fmt: skip


def show(info: catalogue.DatasetInfo, values: dict) -> tuple[dict[str, object], bool]:
    """Show all groups. Return fields of a plan, and whether both frameworks train at the same time.

    `values` are the fields that are chosen elsewhere: epochs, batch size, optimizer, learning rate. If a part of a
    plan refuses a value, its group shows the error, and that part keeps its default.
    """
    more: dict[str, object] = {}
    _choose()
    with _group("images"):
        more["preparation"] = varying.preparation()
        more["train_limit"] = choices.limit(st, state.TRAIN_LIMIT)
    with _group("frozen"):
        more |= looping.layers()
    with _group("augmentation"):
        more["augmentation"] = varying.augmentation()
    with _group("rule"):
        more |= learning.hyper(values["optimizer"], values["learning_rate"])
    with _group("start"):
        more |= looping.beginning()
    with _group("loss"):
        more |= learning.loss(len(info.classes))
        more["balanced"] = learning.balanced()
        explained(note("train", "about-losses"))
    with _group("regularisation"):
        more |= learning.regularisation()
        explained(note("train", "about-memorising"))
    with _group("updates"):
        more |= learning.updates(values["optimizer"])
    with _group("schedule"):
        more |= _pacing(info, values, more["train_limit"])
        explained(note("train", "about-schedules"))
    with _group("loops"):
        variants, race = looping.variants()
        more |= variants
        explained(note("train", "about-loops"))
    with _group("inside"):
        more["look_inside"] = looping.looking_inside()
        explained(note("train", "about-looking"))
    return more, race


def _choose() -> None:
    """Show the choice of the visible group. The others are only hidden: their settings still apply."""
    titles = {
        "images": t("Images"), "frozen": t("Pretrained and frozen"), "augmentation": t("Augmentation"), "rule": t("Rule of the optimizer"),
        "start": t("Start and rounding"), "loss": t("Loss"), "regularisation": t("Regularisation"), "updates": t("Updates"),
        "schedule": t("Schedule and stopping"), "loops": t("Loop variants"), "inside": t("Look inside"),
    }  # fmt: skip
    chosen = choose.named(st.selectbox, t("Settings of"), titles, state.SETTINGS_GROUP)
    hidden = ", ".join(f"[data-testid=stLayoutWrapper]:has(> .st-key-{KEY}{name})" for name in titles if name != chosen)
    st.html(f"<style>{hidden} {{ display: none; }}</style>")


def _group(name: str) -> DeltaGenerator:
    return st.container(key=f"{KEY}{name}", gap="small")


def _pacing(info: catalogue.DatasetInfo, values: dict, limit: int | None) -> dict[str, object]:
    schedule = Schedule()
    with problems.shown():
        schedule = pacing.schedule()
        pacing.preview(schedule, values, batches_per_epoch(info, limit, values["batch_size"]))
    plateau = pacing.plateau()
    return {"schedule": schedule, "plateau": plateau, "stopping": pacing.stopping()}


def batches_per_epoch(info: catalogue.DatasetInfo, limit: int | None, batch_size: int) -> int:
    """Return how many batches an epoch has."""
    share = Plan.__dataclass_fields__["validation_share"].default
    return max(ceil(info.trained(share, limit) / batch_size), 1)


def reset() -> None:
    """Forget what was chosen in the groups."""
    for key in RESET:
        st.session_state.pop(key, None)
        st.query_params.pop(key, None)
