"""The further settings of a training, folded into groups, so that a first training need not know of them."""

from __future__ import annotations

from math import ceil

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf.data import catalogue
from clsf.plan import Plan, Schedule
from clsf.ui.shared import problems, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.settings import freezing, keys, learning, looping, optimizer, pacing, preview, updating, varying
from clsf.ui.shared.settings.fields import explained
from clsf.ui.shared.text import t

RESET = (
    state.ALIGNED, state.START, state.SEED, state.DTYPE, state.TENSORFLOW_VARIANT, state.RACE, state.IMAGE_SIZE, state.COLOUR,
    state.SCALE, state.TRAIN_LIMIT, *keys.SETTINGS, *optimizer.KEYS,
)  # fmt: skip


def show(info: catalogue.DatasetInfo, values: dict) -> tuple[dict[str, object], bool]:
    """Show all groups. Return fields of a plan, and whether both frameworks train at the same time.

    `values` are the fields that are chosen elsewhere: epochs, batch size, optimizer, learning rate. A value that a part of a
    plan refuses is said in its group, and the part stays as it usually is.
    """
    more: dict[str, object] = {}
    with _group(t("Images"), ":material/image:"):
        more["preparation"] = varying.preparation()
        more["train_limit"] = varying.limit()
    with _group(t("Pretrained and frozen"), ":material/ac_unit:"):
        more |= freezing.layers()
    with _group(t("Augmentation"), ":material/flip:"):
        more["augmentation"] = varying.augmentation()
    with _group(t("Rule of the optimizer"), ":material/function:"):
        more |= optimizer.hyper(values["optimizer"], values["learning_rate"])
    with _group(t("Start and rounding"), ":material/balance:"):
        more |= looping.beginning()
    with _group(t("Loss"), ":material/target:"):
        more |= learning.loss(len(info.classes))
        more["balanced"] = updating.balanced()
        explained(note("train", "about-losses"))
    with _group(t("Regularisation"), ":material/compress:"):
        more |= learning.regularisation()
        explained(note("train", "about-memorising"))
    with _group(t("Updates"), ":material/content_cut:"):
        more |= updating.updates(values["optimizer"])
    with _group(t("Schedule and stopping"), ":material/trending_down:"):
        more |= _pacing(info, values, more["train_limit"])
        explained(note("train", "about-schedules"))
    with _group(t("Loop variants"), ":material/sync_alt:"):
        variants, race = looping.variants()
        more |= variants
        explained(note("train", "about-loops"))
    with _group(t("Look inside"), ":material/visibility:"):
        more["look_inside"] = looping.looking_inside()
        explained(note("train", "about-looking"))
    return more, race


def _group(title: str, icon: str) -> DeltaGenerator:
    return st.expander(title, icon=icon, type="compact")


def _pacing(info: catalogue.DatasetInfo, values: dict, limit: int | None) -> dict[str, object]:
    schedule = Schedule()
    with problems.shown():
        schedule = pacing.schedule()
        preview.show(schedule, values, batches_per_epoch(info, limit, values["batch_size"]))
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
