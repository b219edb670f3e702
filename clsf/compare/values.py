"""The values that a lockstep yields, in this order: LockstepStarted  StepDifference*  LockstepResult."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from clsf.words import Sentence

Phase = Literal["forward", "backward", "update", "evaluation"]


@dataclass(frozen=True, slots=True)
class TensorDifference:
    """How far apart one tensor is in the two frameworks.

    Names: a layer's path ("3.body.1") is its output (forward) or the gradient by that output (backward); a weight's
    name ("3.body.1.kernel") is its gradient (backward) or its value after the step (update; forward: before the first
    step). "images" is the input, "logits" the input of the loss, "loss" the loss.
    """

    phase: Phase
    name: str
    difference: float  # largest absolute difference of the values recorded; infinite if the shapes differ
    size: float  # largest absolute value, of both
    allowed: float  # the tolerance times the size it is relative to

    @property
    def parted(self) -> bool:
        return self.difference > 0 and not self.difference <= self.allowed  # a size that is not a finite number allows nothing

    @property
    def excused(self) -> bool:
        """Whether it differs but is not judged, because it is only rounding; see `clsf.compare.measure`."""
        return math.isinf(self.allowed) and self.difference > 0

    @property
    def relative(self) -> float:
        """The difference relative to the tensor's size; 0 for a tensor of zeros in both."""
        return self.difference / self.size if self.size else 0.0


@dataclass(frozen=True, slots=True)
class SideFacts:
    """The machine and the initial state of one side of a lockstep."""

    framework: str
    device: str
    threads: int
    versions: dict[str, str]
    weights_hash: str
    order_hash: str


@dataclass(frozen=True, slots=True)
class LockstepStarted:
    """Both models are built; nothing is trained yet."""

    sides: tuple[SideFacts, SideFacts]  # the reference first
    steps: int
    dtype: str
    rounding: float  # relative spacing of the dtype's numbers: where a chart draws "equal"
    tolerance: float  # relative to a tensor's size: beyond it a tensor counts as different
    input_shape: tuple[int, ...]
    classes: int
    parameters: int
    weights: tuple[TensorDifference, ...]  # before the first step, phase "forward"
    same_weights: bool  # by hash
    same_order: bool  # of the first epoch's batches, by hash


@dataclass(frozen=True, slots=True)
class StepDifference:
    """One step, compared. Each number is the largest absolute difference among the tensors of its kind."""

    step: int  # 1-based
    losses: tuple[float, float]  # reference, other; nats
    loss: float
    logits: float
    activations: float
    gradients: float  # of the weights
    weights: float  # after the step
    evaluation: float | None  # logits of validation images after the step; None where none were evaluated
    same_batch: bool
    tensors: tuple[TensorDifference, ...]  # all of them, in order of computation
    seconds: tuple[float, float]  # that each side took, recording included
    full: dict[tuple[Phase, str], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, compare=False, repr=False)
    """Phase and name -> the whole tensor of reference and other, in the first `full_steps` steps."""

    @property
    def partings(self) -> tuple[TensorDifference, ...]:
        """The tensors beyond their tolerance, in order of computation."""
        return tuple(t for t in self.tensors if t.parted)


@dataclass(frozen=True, slots=True)
class FirstParting:
    """The first tensor, in order of computation, that is beyond its tolerance."""

    step: int  # 1-based
    phase: Phase
    tensor: str
    difference: float
    tolerance: float  # the largest difference allowed, absolute

    @classmethod
    def of(cls, step: int, tensors: tuple[TensorDifference, ...]) -> FirstParting | None:
        """Return the first difference among tensors in order of computation, None if there is none."""
        for t in tensors:
            if t.parted:
                return cls(step, t.phase, t.name, t.difference, t.allowed)
        return None


@dataclass(frozen=True, slots=True)
class LockstepResult:
    """A summary of the lockstep in a few numbers; each maximum is over all steps compared."""

    steps: int  # compared
    dtype: str
    max_loss_difference: float
    max_logit_difference: float
    max_activation_difference: float
    max_gradient_difference: float
    max_weight_difference: float
    max_evaluation_difference: float | None
    first_parting: FirstParting | None
    growth: bool  # whether the first difference is rounding that grew, rather than a different rule
    sentence: Sentence  # what the numbers mean
    failure: tuple[str, Sentence] | None = None  # a framework that could not continue, and why
