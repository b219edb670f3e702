"""What lockstep records of a step: the size of every tensor, and its values or a sample of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from zlib import crc32

import numpy as np

from clsf import checks
from clsf.backends.base import Observation, Weights
from clsf.checks import field as word
from clsf.errors import PlanError
from clsf.model.walk import IMAGES, Analysis
from clsf.plan import Plan
from clsf.words import say_n

SAMPLE = 2048
"""The number of values recorded of a larger tensor. A fault in one channel of a 430,102-parameter model still meets dozens of
them, and the norm over all values is recorded too."""

EVALUATED = 64  # validation images whose logits are compared
MEGABYTE = 1_000_000

MAX_STEPS = 10_000
MAX_STEP_BYTES = 512 * MEGABYTE  # computed by one step: a worker holds it, once in the framework and once in NumPy
MAX_FULL_BYTES = 128 * MEGABYTE  # sent whole to the app and kept there, for each framework
MAX_ISOLATED_BYTES = 4_000 * MEGABYTE  # sent from the reference to the other framework, one step after another

LOGITS = "logits"
LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Recording:
    """How much of a lockstep is recorded."""

    steps: int = 200
    full_steps: int = 0  # in this many first steps every value is kept, not only a sample
    evaluate_every: int = 10  # validation images are evaluated after step 1, the last step, and each multiple of this
    isolate: bool = False  # give each layer of the other framework the reference's values, so that one fault blames no other

    def __post_init__(self) -> None:
        checks.whole(PlanError, word("steps"), self.steps, 1, MAX_STEPS)
        checks.whole(PlanError, word("full_steps"), self.full_steps, 0, MAX_STEPS)
        checks.whole(PlanError, word("evaluate_every"), self.evaluate_every, 1, MAX_STEPS)

    def evaluates(self, step: int) -> bool:
        """Return whether validation images are evaluated after this step, 1-based."""
        return step in (1, self.steps) or step % self.evaluate_every == 0


def step_bytes(analysis: Analysis, plan: Plan) -> int:
    """Return how many bytes one step's tensors take: inputs, outputs and their gradients, gradients, weights."""
    images = prod(analysis.input_shape) + 2 * sum(prod(facts.out_shape) for facts in analysis.layers)
    return np.dtype(plan.dtype).itemsize * (plan.batch_size * images + analysis.trainable + analysis.parameters)


def check_size(analysis: Analysis, plan: Plan, recording: Recording) -> None:
    """Raise PlanError, suggesting less, if `recording` is more than can be held; or for what single steps can't show."""
    if plan.plateau is not None:
        raise PlanError(
            "A lockstep takes single steps and ends no epoch, so it can't reduce the learning rate on a plateau of the validation "
            "loss. Take the plateau out of the plan."
        )
    if plan.begin_from is not None:
        raise PlanError(
            "A lockstep begins with freshly drawn weights, and the plan begins with those of the run {run}. Take that out of the "
            "plan.",
            run=plan.begin_from,
        )  # fmt: skip
    each = step_bytes(analysis, plan)
    limit = MAX_FULL_BYTES if recording.full_steps or recording.isolate else MAX_STEP_BYTES
    if each > limit:
        raise PlanError(say_n(
            "One step with a batch of {batch} computes {size} MB of numbers, and lockstep looks at all of them; at most "
            "{most} MB can be held. Use batches of {less} image, or smaller images.",
            "One step with a batch of {batch} computes {size} MB of numbers, and lockstep looks at all of them; at most {most} MB "
            "can be held. Use batches of at most {less} images, or smaller images.",
            (less := max(plan.batch_size * limit // each, 1)),
            batch=plan.batch_size, size=_megabytes(each), most=_megabytes(limit), less=less,
        ))  # fmt: skip
    if each * min(recording.full_steps, recording.steps) > MAX_FULL_BYTES:
        raise PlanError(say_n(
            "Keeping every number of {steps} steps would take {size} MB for each framework; at most {most} MB are "
            "kept. Keep {less} step in full; of the others a sample and the size of every tensor are recorded.",
            "Keeping every number of {steps} steps would take {size} MB for each framework; at most {most} MB are kept. Keep "
            "{less} steps in full; of the others a sample and the size of every tensor are recorded.",
            MAX_FULL_BYTES // each,
            steps=recording.full_steps, size=_megabytes(each * recording.full_steps), most=_megabytes(MAX_FULL_BYTES),
            less=MAX_FULL_BYTES // each,
        ))  # fmt: skip
    if recording.isolate and each * recording.steps > MAX_ISOLATED_BYTES:
        raise PlanError(say_n(
            "To look at each layer by itself, every number of every step goes from one framework to the other: "
            "{size} MB in {steps} steps, and at most {most} MB are sent. Ask for {less} step, or use smaller "
            "batches.",
            "To look at each layer by itself, every number of every step goes from one framework to the other: {size} MB in "
            "{steps} steps, and at most {most} MB are sent. Ask for {less} steps, or use smaller batches.",
            MAX_ISOLATED_BYTES // each,
            steps=recording.steps, size=_megabytes(each * recording.steps), most=_megabytes(MAX_ISOLATED_BYTES),
            less=MAX_ISOLATED_BYTES // each,
        ))  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """One tensor in the form in which a worker sends it to the coordinator."""

    shape: tuple[int, ...]
    norm: float  # L2, over all values
    largest: float  # largest absolute value
    values: np.ndarray  # all, flat, if there are at most SAMPLE; else those at `positions` of the tensor's name and size
    full: np.ndarray | None = None  # the tensor itself, where it was asked for


def recorded(name: str, array: np.ndarray, full: bool = False) -> Recorded:
    """Record a tensor under its name: both frameworks record the same positions of equal names and sizes."""
    flat = array.ravel()
    values = flat[positions(name, flat.size)] if flat.size > SAMPLE else flat.copy()
    norm = float(np.sqrt(np.einsum("i,i->", flat, flat, dtype=np.float64)))
    largest = float(np.abs(flat).max(initial=0.0))
    return Recorded(array.shape, norm, largest, values, array if full else None)


@lru_cache(maxsize=512)
def positions(name: str, size: int) -> np.ndarray:
    """Return the sorted positions of a sample of at most SAMPLE out of `size` values, by the tensor's name."""
    raw = np.random.PCG64(np.random.SeedSequence([crc32(name.encode()), size])).random_raw(SAMPLE)  # the same on every machine
    return np.unique(raw % np.uint64(size)).astype(np.int64)


def recorded_step(told: Observation, full: bool = False) -> dict[str, dict[str, Recorded]]:
    """Return phase -> name -> tensor, in order of computation.

    forward:  the images, the output of each layer, the logits (which the loss receives)
    backward: from the last layer to the first: the gradient of the loss by the layer's output, then by its weights
    update:   the weights afterwards, moving statistics included
    """
    return {
        "forward": _all("forward", {IMAGES: told.inputs, **told.activations, LOGITS: told.logits}, full),
        "backward": _all("backward", _backwards(told), full),
        "update": _all("update", told.weights, full),
    }


def recorded_weights(weights: Weights) -> dict[str, Recorded]:
    """Return weight -> tensor."""
    return _all("weights", weights, False)


def _backwards(told: Observation) -> dict[str, np.ndarray]:
    by_layer: dict[str, dict[str, np.ndarray]] = {}
    for name, gradient in told.gradients.items():
        by_layer.setdefault(name.rsplit(".", 1)[0], {})[name] = gradient
    ordered = {}
    for path in reversed(told.activations):
        if path in told.output_gradients:
            ordered[path] = told.output_gradients[path]
        ordered |= by_layer.get(path, {})
    return ordered


def _all(phase: str, arrays: dict[str, np.ndarray], full: bool) -> dict[str, Recorded]:
    return {name: recorded(f"{phase} {name}", array, full) for name, array in arrays.items()}


def _megabytes(count: float) -> str:
    return f"{count / MEGABYTE:,.0f}"
