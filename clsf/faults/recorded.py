"""The values of a watched program in its first steps, tensor by tensor, partly sampled. Only numbers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class RecordedTensor:
    """One tensor: summary numbers over all of it, and a sample of its values."""

    shape: tuple[int, ...]
    norm: float  # L2, over all numbers
    largest: float  # largest absolute value
    values: tuple[float, ...]  # evenly spaced, the same places for equal shapes


Tensors = dict[str, RecordedTensor]


@dataclass(frozen=True)
class StepRecord:
    """One step of the optimizer, in the order of computation."""

    loss: float
    forward: Tensors  # images, the output of each layer, logits, labels
    backward: Tensors  # gradients of the weights
    update: Tensors  # the weights afterwards


@dataclass(frozen=True)
class RecordedSteps:
    """The first steps of a program."""

    start: Tensors = field(default_factory=dict)  # the weights before the first step
    steps: tuple[StepRecord, ...] = ()
    evaluated: Tensors = field(default_factory=dict)  # images and logits of the first batch that was evaluated
    evaluated_after: int = 0  # steps before it


def recording(seen: dict) -> RecordedSteps:
    """Return the recording in a watch's output."""
    steps = tuple(
        StepRecord(step["loss"], _tensors(step.get("forward")), _tensors(step.get("backward")), _tensors(step.get("update")))
        for step in seen.get("recorded", ())
    )
    return RecordedSteps(_tensors(seen.get("start")), steps, _tensors(seen.get("evaluated")), seen.get("evaluated_after", 0))


def _tensors(arrays: dict | None) -> Tensors:
    return {
        name: RecordedTensor(tuple(shape), norm, largest, tuple(values))
        for name, (shape, norm, largest, values) in (arrays or {}).items()
    }
