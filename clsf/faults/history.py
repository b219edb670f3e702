"""Input of the run doctor: the curves of a run, and other facts about it. The same for runs made here and elsewhere.

Anything may be missing: curves from a file have no gradient norms, and no facts about their model. A judge (`in_run` of a
fault) uses the data it has and says nothing instead of guessing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

from clsf.words import Sentence


@dataclass(frozen=True)
class EpochNumbers:
    """The numbers at the end of one epoch. None: unknown. A nan or infinite number is nan."""

    loss: float | None = None
    accuracy: float | None = None  # share in [0, 1]
    validation_loss: float | None = None
    validation_accuracy: float | None = None


@dataclass(frozen=True)
class History:
    """The curves of one run."""

    epochs: tuple[EpochNumbers, ...] = ()
    losses: tuple[float, ...] = ()  # one per step, nats
    accuracies: tuple[float, ...] = ()  # one per step
    gradient_norms: tuple[float, ...] = ()  # one per step, L2 over all gradients
    learning_rates: tuple[float, ...] = ()  # one per step
    error: str = ""  # the program's exception: type and message
    over: bool = True  # whether the run has ended
    speeds: tuple[float, ...] = ()  # one per step, images per second

    def column(self, name: str) -> tuple[float, ...]:
        """Return one number per epoch, without the unknown ones."""
        return tuple(v for v in (getattr(epoch, name) for epoch in self.epochs) if v is not None)

    @cached_property
    def loss(self) -> tuple[float, ...]:
        return self.column("loss")

    @cached_property
    def accuracy(self) -> tuple[float, ...]:
        return self.column("accuracy")

    @cached_property
    def validation_loss(self) -> tuple[float, ...]:
        return self.column("validation_loss")

    @cached_property
    def validation_accuracy(self) -> tuple[float, ...]:
        return self.column("validation_accuracy")

    @property
    def steps(self) -> int:
        return len(self.losses)

    @cached_property
    def broke(self) -> bool:
        """Whether a loss is not a finite number, or extremely large."""
        return any(not math.isfinite(v) or abs(v) > 1e6 for v in (*self.losses, *self.loss, *self.validation_loss))

    def mean_loss(self, first: float, last: float) -> float | None:
        """Return the mean loss of the steps between two fractions of the run, such as the last tenth: 0.9, 1."""
        part = self.losses[int(first * self.steps) : max(int(last * self.steps), int(first * self.steps) + 1)]
        part = tuple(v for v in part if math.isfinite(v))
        return sum(part) / len(part) if part else None


@dataclass(frozen=True)
class RunFacts:
    """Facts about a run other than its curves. None or empty: unknown."""

    framework: str | None = None
    classes: int | None = None
    batch_size: int | None = None
    train_images: int | None = None
    optimizer: str | None = None  # by its name in a plan
    learning_rate: float | None = None
    momentum: float | None = None
    epsilon: float | None = None
    weight_decay: float | None = None  # decoupled, or added to the gradient
    l2: float | None = None  # times the sum of squares of all kernels, added to what is minimised; L1 too
    loss: str | None = None  # "cross-entropy", "nll", "binary", "mse", as it works
    loss_takes: str | None = None  # "logits", "probabilities", "log-probabilities"
    outputs: str | None = None  # of the model: "logits", "softmax", "sigmoid", "relu", "tanh", "log-softmax", "batch-softmax"
    output_units: int | None = None
    activations: tuple[str, ...] | None = None  # of the hidden layers, in order; "linear" where there is none
    dropouts: tuple[float, ...] | None = None
    batch_norms: int | None = None
    norm_momentum: float | None = None  # share of the old value that is kept
    narrowest: int | None = None  # fewest units or filters of a hidden layer
    inputs: tuple[float, float] | None = None  # smallest and largest number that the model received while training
    validation_inputs: tuple[float, float] | None = None
    deviation: float | None = None  # standard deviation of the training inputs
    validation_deviation: float | None = None
    labels: tuple[int, int] | None = None  # smallest and largest
    largest_class: float | None = None  # share of the training images
    unseen_labels: float | None = None  # share of validation images whose class training doesn't have
    purity: float | None = None  # mean share of the most frequent class in a batch
    shared_images: float | None = None  # share of validation images that are training images too
    label_agreement: float | None = None  # share of training images that a nearest-neighbour classifier names as labelled
    idle: float | None = None  # share of parameters that no step has changed
    idle_layers: int | None = None  # layers whose kernel no step has changed
    unregistered: bool | None = None  # layers that the model uses, but has not registered
    zero_start: bool | None = None  # kernels that begin as 0, or all equal
    start_scale: float | None = None  # standard deviation of the initial kernels, over what Glorot or He would give
    training_mode: bool | None = None  # whether the model was told to train in the last training step
    evaluated_in_training_mode: bool | None = None
    evaluation_varies: bool | None = None  # evaluating the same images twice gives different numbers
    gradients_in_evaluation: bool | None = None
    keeps_graph: bool | None = None
    answers: float | None = None  # share of the most frequent prediction on the validation images, at the end
    first_to_last_gradient: float | None = None  # norm of the first kernel's gradient over the last's, per weight
    dead: tuple[str, float] | None = (
        None  # layer with the largest share of ReLU units that are 0 for every image, and that share
    )
    update_ratio: float | None = (
        None  # size of a step's update over that of the weights, the middle one of all kernels looked at
    )
    broke_in: tuple[str, int] | None = None  # weight in which a number that is nan or infinite was seen first, and the step
    accumulates: float | None = None  # gradient norm reported over that of the batch alone, late in an epoch
    validated: bool | None = None
    true_accuracy: float | None = None  # of the validation images, by hand, model in evaluation mode
    planned_epochs: int | None = None
    unused: int | None = None  # layers that have weights and never get a gradient
    trained_before: float | None = None  # share of the validation images that the model was trained on before, by pixels
    judging_varies: bool | None = None  # repeating the validation gives other numbers
    roughness: float | None = None  # difference of neighbouring pixels in what the model receives, over that in the images
    broadcasts: bool | None = None  # outputs and labels have different shapes, and the loss broadcast them
    differences: tuple[str, ...] = ()  # deliberate differences of the run, see clsf.plan.DIFFERENCES

    @property
    def chance(self) -> float | None:
        """The loss of a model that knows nothing, ln C."""
        return math.log(self.classes) if self.classes and self.classes > 1 else None


@dataclass(frozen=True)
class Evidence:
    """The evidence for a fault. `weight`: 1 certain, 0.7 likely, 0.4 possible. Below 0.5 it is one cause among others.

    `probe`: the probe that would decide, a name in `clsf.faults.probes`.
    """

    weight: float
    said: Sentence
    probe: str = ""
    epoch: int | None = field(default=None)  # where it begins, 1-based, to mark on the chart
