"""What a reader chose to train, as values, and what arithmetic says of it before anything runs."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.data.catalogue import DatasetInfo
from clsf.data.prepare import prepared_shape
from clsf.errors import SpecError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan, Preparation
from clsf.words import Sentence

SIZES_TO_TRY = (28, 32, 64, 128)
"""Sides in pixels that are offered where a model is too deep for small images."""


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
    """Whether a model takes these images: its parameters if so, else the problem and the image size that would mend it."""

    shape: tuple[int, int, int]
    parameters: int = 0
    problem: Sentence | None = None
    mend: int | None = None


def fit(spec: ModelSpec, info: DatasetInfo, preparation: Preparation) -> Fit:
    """Try the model on the prepared images' shape, by arithmetic alone."""
    shape = prepared_shape(info, preparation)
    try:
        return Fit(shape, parameters=spec.check(shape, len(info.classes)).parameters)
    except SpecError as error:
        return Fit(shape, problem=error.sentence, mend=_mending_size(spec, shape, len(info.classes)))


def _mending_size(spec: ModelSpec, shape: tuple[int, int, int], classes: int) -> int | None:
    for side in SIZES_TO_TRY:
        if side <= max(shape[:2]):
            continue
        try:
            spec.check((side, side, shape[2]), classes)
        except SpecError:
            continue
        return side
    return None
