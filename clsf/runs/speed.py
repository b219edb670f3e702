"""Estimates how long a training takes: from the last similar run's speed on this machine, else a rough guess from arithmetic."""

from __future__ import annotations

from collections.abc import Iterable

from clsf.data.catalogue import DatasetInfo
from clsf.data.prepare import prepared_shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.summary import RunSummary

MULTIPLY_ADDS = 4e9
"""Per second in training, forward and backward: what two cores of a plain server reach with small models; a rough guess."""

MOST_GUESSED = 8_000.0  # images per second
VALIDATION = 0.3  # of a training image's time: no backward pass
OVERHEAD = {"tensorflow": 2.5, "torch": 1.0}  # seconds to load the data and build and compile a model


def training_seconds(
    spec: ModelSpec, plan: Plan, framework: str, info: DatasetInfo, recent: Iterable[RunSummary]
) -> tuple[float, bool]:
    """Return about how many seconds a whole training takes, and whether its speed was measured.

    `recent` are runs of this machine, newest first. Raises SpecError if the model does not fit the images.
    """
    speed = _measured(spec, plan, framework, recent)
    return OVERHEAD[framework] + plan.epochs * _images(plan, info) / (speed or _guessed(spec, plan, info)), speed is not None


def _images(plan: Plan, info: DatasetInfo) -> float:
    """Return how many training images one epoch is worth, validation included."""
    share = plan.validation_share
    return info.trained(share, plan.train_limit) + VALIDATION * info.validated(share)


def _measured(spec: ModelSpec, plan: Plan, framework: str, recent: Iterable[RunSummary]) -> float | None:
    alike = (s for s in recent if (s.framework, s.data, s.model) == (framework, plan.data, spec.name))
    return next((s.images_per_second for s in alike if s.images_per_second), None)


def _guessed(spec: ModelSpec, plan: Plan, info: DatasetInfo) -> float:
    work = spec.analyse(prepared_shape(info, plan.preparation)).multiply_adds
    return min(MULTIPLY_ADDS / max(3 * work, 1), MOST_GUESSED)
