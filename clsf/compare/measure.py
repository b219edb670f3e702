"""Compares the recorded tensors of two frameworks, and decides which differences are more than rounding.

A tolerance is relative to the tensor's size, its largest absolute value. Measured (lecture-cnn, residual, inception-like
on 8×8 digits, batches of 32, all seven optimizers, aligned rules, forty steps, two cores): in float64 no tensor of any
step differs by more than 6e-14 of its size, and the smallest rule that differs under one name (Adam's epsilon) moves the
weights by 1e-6 of their size: 1e-9 is far from both. In float32 the first step stays below 1e-5, so its tolerance is 1e-4;
smaller differences are found in float64. Later float32 steps do exceed it in models with batch normalisation: rounding grows.

A weight's gradient can be zero by arithmetic (a bias before batch normalisation) and pure rounding in practice. The size that
a weight or gradient is measured by is therefore at least a tenth of the largest in the model. The update that an optimizer
makes from such a gradient is not judged at all: Adam and its kin turn rounding of any size into whole steps. The same goes
for single values of a gradient that are pure rounding compared with the others, where the gradient itself is equal.
A bias's gradient is a sum over images and positions whose terms may nearly cancel: its rounding error is relative to the sum
of their sizes, not to the result.
A layer's output has the same floor, a tenth of the largest output of any layer: batch normalisation of a flat image is zero
by arithmetic, and rounding relative to rounding says nothing.

Max pooling passes a gradient to the largest value of its window. Of two values that are equal but for rounding, each
framework may choose another one: the gradient then arrives next to its position in the other framework. As long as no
weight's gradient is affected, that is not judged either (met in float64 on smooth images, where neighbouring pixels are equal).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from clsf.compare.recording import LOGITS, LOSS, Recorded
from clsf.compare.session import RecordedStep
from clsf.compare.values import Phase, StepDifference, TensorDifference

ROUNDING = {"float32": float(np.finfo(np.float32).eps), "float64": float(np.finfo(np.float64).eps)}
"""Relative distance of neighbouring numbers, 1.2e-7 and 2.2e-16: where a chart draws "equal"."""

TOLERANCES = {"float32": 1e-4, "float64": 1e-9}

SUMMED = 16
"""A pairwise sum of n terms is off by at most log2(n) roundings of the sum of their sizes; 16 of them for 65,536 terms."""

FLOOR = 0.1  # of the largest size among the model's weights, or among their gradients


def compared(reference: RecordedStep, other: RecordedStep, tolerance: float) -> StepDifference:
    """Return how far apart the two frameworks are in one step."""
    tensors = tuple(_tensors(reference, other, tolerance))
    by_name = {(t.phase, t.name): t.difference for t in tensors}
    return StepDifference(
        step=reference.step,
        losses=(reference.loss, other.loss),
        loss=by_name["forward", LOSS],
        logits=by_name["forward", LOGITS],
        activations=max((t.difference for t in tensors if t.phase == "forward" and is_layer(t.name)), default=0.0),
        gradients=max((t.difference for t in tensors if t.phase == "backward" and is_weight(t.name)), default=0.0),
        weights=max((t.difference for t in tensors if t.phase == "update"), default=0.0),
        evaluation=by_name.get(("evaluation", LOGITS)),
        same_batch=reference.batch == other.batch,
        tensors=tensors,
        seconds=(reference.seconds, other.seconds),
        full={
            (phase, name): (tensor.full, other.phases[phase][name].full)
            for phase, tensors_of in reference.phases.items()
            for name, tensor in tensors_of.items()
            if tensor.full is not None and name in other.phases[phase]
        },
    )


def compared_tensors(
    phase: Phase, reference: dict[str, Recorded], other: dict[str, Recorded], tolerance: float
) -> tuple[TensorDifference, ...]:
    """Compare the tensors that both have, in the reference's order."""
    common = [name for name in reference if name in other]
    floored = [name for name in common if is_weight(name) or (phase == "forward" and is_layer(name))]
    floors = {
        kind: FLOOR * max((_size(reference[name], other[name]) for name in floored if is_weight(name) is kind), default=0.0)
        for kind in (True, False)
    }
    return tuple(
        _difference(
            phase, name, reference[name], other[name], tolerance, floors[is_weight(name)] if name in floored else 0.0
        )
        for name in common
    )  # fmt: skip


def is_layer(name: str) -> bool:
    """Return whether a tensor's name is a layer's path, such as "3" or "3.body.1"."""
    return name.rsplit(".", 1)[-1].isdigit()


def is_weight(name: str) -> bool:
    """Return whether a tensor's name is a weight's, such as "3.body.1.kernel"."""
    return "." in name and not is_layer(name)


def _tensors(reference: RecordedStep, other: RecordedStep, tolerance: float) -> Iterator[TensorDifference]:
    def both(phase: Phase) -> tuple[TensorDifference, ...]:
        return compared_tensors(phase, reference.phases[phase], other.phases[phase], tolerance)

    size = max(abs(reference.loss), abs(other.loss))
    gradients = [side.phases.get("backward", {}) for side in (reference, other)]
    forward = (
        *both("forward"),
        TensorDifference("forward", LOSS, abs(reference.loss - other.loss), size, tolerance * size),
    )
    backward = tuple(replace(t, allowed=max(t.allowed, _of_sum(gradients[0], t.name))) for t in both("backward"))
    update = both("update")
    if not any(t.parted for t in (*forward, *(t for t in backward if is_weight(t.name)))):
        backward = tuple(replace(t, allowed=math.inf) if t.parted else t for t in backward)
    rounding = {t.name for t in backward if is_weight(t.name) and not t.parted and t.relative > tolerance}
    yield from forward
    yield from backward
    equal = {t.name for t in backward if not t.parted}
    for t in update:
        if t.name in rounding:
            yield replace(t, allowed=math.inf)
        elif t.parted and t.name in equal:
            values = [side.phases["update"][t.name].values for side in (reference, other)]
            yield replace(t, difference=_where_told(t, values, [side[t.name].values for side in gradients], tolerance))
        else:
            yield t
    if reference.evaluation is not None and other.evaluation is not None:
        yield from compared_tensors("evaluation", reference.evaluation, other.evaluation, tolerance)


def _of_sum(gradients: dict[str, Recorded], name: str) -> float:
    """Return the rounding error of a bias's gradient, which is a sum over images and positions; 0 for other tensors."""
    path, _, kind = name.rpartition(".")
    if kind not in ("bias", "beta") or path not in gradients:
        return 0.0
    terms, bias = gradients[path], gradients[name]
    count = math.prod(terms.shape) / math.prod(bias.shape)
    return SUMMED * float(np.finfo(bias.values.dtype).eps) * min(count * terms.largest, math.sqrt(count) * terms.norm)


def _where_told(t: TensorDifference, values: list[np.ndarray], gradients: list[np.ndarray], tolerance: float) -> float:
    """Return how far a weight's values differ after the update, leaving out those whose gradient was only rounding."""
    one, two = (g.astype(np.float64) for g in gradients)
    if one.shape != values[0].shape:
        return t.difference
    told = np.abs(one - two) <= tolerance * np.maximum(np.abs(one), np.abs(two))
    return _apart(*(np.where(told, v.astype(np.float64), 0.0) for v in values))


def _difference(
    phase: Phase, name: str, reference: Recorded, other: Recorded, tolerance: float, floor: float
) -> TensorDifference:
    size = _size(reference, other)
    if reference.shape != other.shape:
        return TensorDifference(phase, name, float("inf"), size, 0.0)
    apart = _apart(reference.values.astype(np.float64), other.values.astype(np.float64))
    # For values outside the sample, the norms give a bound: some value must differ by at least this much.
    hidden = _apart(np.array([reference.norm]), np.array([other.norm])) / max(math.prod(reference.shape), 1) ** 0.5
    return TensorDifference(phase, name, max(apart, hidden), size, tolerance * max(size, floor))


def _apart(one: np.ndarray, two: np.ndarray) -> float:
    """Return the largest difference; a value that is not finite in both, or the same infinity, counts as equal."""
    with np.errstate(invalid="ignore"):
        apart = np.abs(one - two)
    apart[(one == two) | (np.isnan(one) & np.isnan(two))] = 0.0
    return float(np.nan_to_num(apart, nan=np.inf, posinf=np.inf).max(initial=0.0))


def _size(reference: Recorded, other: Recorded) -> float:
    return max(reference.largest, other.largest)
