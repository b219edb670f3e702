"""How long a row of trainings may take: measured on this machine if it trained the like before, else a rough guess."""

from __future__ import annotations

import streamlit as st

from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.errors import ClsfError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.ui import lab_access, units
from clsf.ui.text import t

MULTIPLY_ADDS = 4e9
"""Per second in training, forward and backward: what two cores of a plain server reach with small models; a rough guess."""

VALIDATION = 0.3  # of a training image's time: no backward pass
OVERHEAD = 1.0  # seconds to load the data and build a model


def show(spec: ModelSpec, plan: Plan, runs: int, framework: str) -> None:
    """Show how many trainings there will be, and about how long they take together."""
    speed = _measured(spec, plan, framework)
    images = _images(plan)
    per_second = speed or _guessed(spec, plan)
    seconds = runs * (OVERHEAD + plan.epochs * images / per_second)
    text = t("{count} trainings, about {time}", count=runs, time=units.duration(seconds))
    if speed:
        text += " · " + t("from the last such run on this machine")
    else:
        text += " · " + t("a rough guess; after the first training it is measured")
    st.caption(f":material/schedule: {text}")


def _images(plan: Plan) -> float:
    """Return how many training images one epoch is worth, validation included."""
    found = catalogue.info(plan.data).train
    validation = found * plan.validation_share
    return min(found - validation, plan.train_limit or found) + VALIDATION * validation


def _measured(spec: ModelSpec, plan: Plan, framework: str) -> float | None:
    try:
        recent = lab_access.get_lab().recent(None, 50)
    except ClsfError:
        return None
    alike = (s for s in recent if (s.framework, s.data, s.model) == (framework, plan.data, spec.name))
    return next((s.images_per_second for s in alike if s.images_per_second), None)


def _guessed(spec: ModelSpec, plan: Plan) -> float:
    shape = prepared_shape(catalogue.info(plan.data), plan.preparation)
    return min(MULTIPLY_ADDS / max(3 * spec.analyse(shape).multiply_adds, 1), 8_000)
