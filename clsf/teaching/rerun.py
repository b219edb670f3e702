"""What handed-in weights predict on the validation images, asked in a worker: the end of the curve is computed again.

A run that follows the aligned rules is asked in PyTorch, whichever framework trained it: weights have one layout in this
program, and both frameworks agree on what they predict. Other runs are asked in their own framework.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from clsf.capsule import Capsule
from clsf.data import catalogue
from clsf.data.hashes import images_hash, split_hash
from clsf.data.images import Prepared
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.errors import ClsfError
from clsf.events import RunStarted
from clsf.plan import Plan
from clsf.predict.session import Held, for_asking
from clsf.predict.values import ModelRequest
from clsf.words import Sentence, say

JOB = "clsf.teaching.rerun:measured"
PLAIN = "torch"  # the framework that is asked where either may be: it builds a model in milliseconds
MOST_WORK = 4e11
"""Multiplications of one evaluation; about ten seconds of a small machine. What takes more is not asked again."""

SPLIT = ("data", "preparation", "validation_share", "train_limit", "split", "seed", "differences")
"""Fields of a plan that say which images validate, and how they are prepared."""


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One run that is asked again."""

    request: ModelRequest
    weights: dict[str, np.ndarray]
    images: str  # hash that the run told of its images, "" for none
    split: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the weights say, or why they could not be asked."""

    loss: float = 0.0
    accuracy: float = 0.0
    images: int = 0
    problem: Sentence | None = None


def asked_in(capsule: Capsule) -> str:
    """Return the framework that a run is asked in."""
    plain = capsule.plan.rules == "aligned" and not capsule.plan.differences and not capsule.plan.mixed
    return PLAIN if plain else capsule.framework


def ask_of(capsule: Capsule, framework: str) -> Ask | Sentence:
    """Return how a run is asked in a framework, or why it can't be."""
    plan, weights = capsule.plan, capsule.weights
    if weights is None:
        return say("It holds no weights, so its predictions can't be computed again.")
    if not _here(plan.data):
        return say("Its images are not on this machine, so its predictions can't be computed again.")
    started = next(event for event in capsule.events if isinstance(event, RunStarted))
    work = capsule.model.analyse(capsule.input_shape).multiply_adds * max(started.validation_images, 1)
    if work > MOST_WORK:
        return say("Its model takes too long to be asked again here.")
    classes = 2 if plan.loss_kind.one_output else len(capsule.classes)
    request = ModelRequest(
        "handin", framework, capsule.model.to_json(), plan.to_json(), capsule.input_shape, classes, started.scale
    )
    return Ask(
        request, {name: np.ascontiguousarray(each) for name, each in weights.items()}, started.images_hash, started.split_hash
    )


def _here(data: str) -> bool:
    """Return whether the images are on this machine: nothing is downloaded because of a file from outside."""
    try:
        return catalogue.info(data).embedded or catalogue.is_cached(data)
    except ClsfError:
        return False


def measured(asks: Sequence[Ask]) -> list[Said]:
    """Return what each says, in a worker. A run that can't be asked says why, and the others are still asked."""
    return [_measured(ask) for ask in asks]


def _measured(ask: Ask) -> Said:
    try:
        plan = Plan.from_json(ask.request.plan)
        key = {name: value for name, value in plan.to_json().items() if name in SPLIT}
        prepared, images, split = _prepared(json.dumps(key, sort_keys=True), plan.data)
        if (ask.images and ask.images != images) or (ask.split and ask.split != split):
            return Said(problem=say("Its images differ from those on this machine."))
        seen = Held(ask.request, ask.weights).build(prepared).evaluate(prepared.validation)
    except ClsfError as error:
        return Said(problem=error.sentence)
    return Said(float(seen.loss), float(seen.accuracy), len(prepared.validation))


@lru_cache(maxsize=8)
def _prepared(key: str, data: str) -> tuple[Prepared, str, str]:
    """Return the images as a plan with these fields has them, and their hashes."""
    plan = for_asking(Plan.from_json({**json.loads(key), "data": data}))
    prepared = prepare(open_dataset(plan.data), plan)
    return prepared, images_hash(prepared), split_hash(prepared)
