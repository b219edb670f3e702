"""The interface of both frameworks' backends. Only NumPy arrays and plain values cross it.

Weights cross as a dict, "3.body.1.kernel" -> array, named and ordered as `Analysis.named_weights()`, in the agreed
layout: convolution kernels (kernel height, kernel width, in, out), dense kernels (in, out), images flattened row,
column, channel. NCHW, devices, graphs and sessions stay behind the interface.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

Weights = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class StepReport:
    """The results of consecutive steps, one number per step that was taken."""

    losses: np.ndarray  # mean cross-entropy of the batch before the update, nats, float64 (steps,)
    correct: np.ndarray  # right answers in the batch before the update, int64 (steps,)
    gradient_norms: np.ndarray | None  # L2 over all gradients, float64 (steps,); None where the variant does not tell


FIRST = 16  # images whose answers an evaluation returns: it computes them anyway, so they cost nothing


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Loss and accuracy on images that were not trained on, dropout off."""

    loss: float  # mean cross-entropy, nats
    accuracy: float  # share of right answers
    first: np.ndarray | None = field(
        default=None, compare=False
    )  # probabilities of the first images, at most FIRST, float64 (n, classes)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """The device and versions of a backend."""

    device: str  # "cpu", or the GPU's name
    threads: int
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """Everything that one training step computed, in the agreed layout (images height, width, channels)."""

    loss: float
    logits: np.ndarray  # (batch, classes)
    inputs: np.ndarray  # the input of the first layer, (batch, height, width, channels)
    activations: dict[str, np.ndarray]  # path -> output of the layer, in order of computation
    output_gradients: dict[str, np.ndarray]  # path -> gradient of the loss with respect to the layer's output
    gradients: dict[str, np.ndarray]  # weight -> gradient of what is minimised
    weights: Weights  # after the update, moving statistics included


class Backend(Protocol):
    """A built model that can learn, in one framework. It holds the run's images and gathers them by index."""

    def train_steps(
        self,
        order: np.ndarray,
        first_step: int,
        rates: np.ndarray | None = None,
        pixels: np.ndarray | None = None,
        keep_gradients: bool = False,
    ) -> StepReport:
        """Update the weights once per row of `order`: image indices, int64 (steps, batch).

        It ends after the first step whose loss diverged (`clsf.backends.numbers.diverged`), and reports the steps taken.
        `first_step` is the number of the first of these steps in the run, 0-based; dropout masks depend on it.
        `rates`: the learning rate of each step, float64 (steps,), where the plan's schedule varies it.
        `pixels`: the augmented images, uint8 (steps, batch, height, width, channels), where the plan augments.
        `keep_gradients`: keep those of one step, for `last_gradients`.
        """
        ...

    def last_gradients(self) -> dict[str, np.ndarray] | None:
        """Return weight -> gradient of the minimised value in the last step, in the agreed layout; None if it is not available.

        To be called after `train_steps(…, keep_gradients=True)`, or between two reports of `fit_epoch`.
        """
        ...

    def fit_epoch(
        self,
        order: list[np.ndarray],
        epoch: int,
        first_step: int = 0,
        rate: Callable[[int], float] | None = None,
        pixels: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> Iterator[StepReport]:
        """Train one epoch in the way that the framework teaches (variants "fit" and "dataloader"), one report per batch.

        `order` is one int64 array of image indices per batch. Taking the next report lets the next batch begin, so
        not taking it is a pause; closing the iterator stops after the batch in progress. `rate` returns the learning
        rate of each batch of this epoch (0-based), `pixels` the augmented images of some indices.
        """
        ...

    def features(self, pixels: np.ndarray, layers: int) -> np.ndarray:
        """Return the output of the first `layers` top-level layers for prepared pixels, uint8 (n, h, w, c), in evaluation mode.

        (n, features), or (n, height, width, channels), in the plan's dtype.
        """
        ...

    def use_features(self, rows: np.ndarray, places: np.ndarray, layers: int) -> None:
        """Train and evaluate from here on with `features` computed from the run's images, in place of their pixels.

        `places`: the row of each of the run's images, int64 (n,); -1 for one that is not used. To be called before the first step.
        """
        ...

    def evaluate(self, indices: np.ndarray) -> Evaluation:
        """Return loss and accuracy on the run's images of these indices, int64 (n,)."""
        ...

    def logits(self, pixels: np.ndarray) -> np.ndarray:
        """Return the last layer's output for prepared pixels, uint8 (n, h, w, c): (n, classes), dropout off.

        Logits, or probabilities where the plan's model gives them; one output becomes a column for each of two classes.
        """
        ...

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        """Return softmax probabilities, (n, classes), each row summing to 1."""
        ...

    def activations(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Return path -> output of each layer for prepared pixels, in order of computation, dropout off."""
        ...

    def get_weights(self) -> Weights: ...

    def set_weights(self, weights: Weights) -> None: ...

    def judged(self) -> AbstractContextManager:
        """Give the model, inside the `with` block, the weights to evaluate and keep: their moving average, if the plan has one."""
        ...

    def set_learning_rate(self, value: float) -> None: ...

    def add_in_any_order(self) -> None:
        """On a GPU, let kernels add in any order from here on, as the framework does by itself; a CPU has one order anyway."""
        ...

    def graph(self) -> bytes | None:
        """Return the forward pass as a serialized TensorFlow GraphDef; None where there is no graph."""
        ...

    def facts(self) -> DeviceFacts: ...

    def observe(self, indices: np.ndarray, step: int, pixels: np.ndarray | None = None) -> Observation:
        """Take the training step number `step` (0-based) on images of these indices, and return all its values.

        `pixels`: these images augmented, uint8 (batch, height, width, channels), where the plan augments.
        """
        ...

    def isolate(
        self, reference: Observation, before: Weights, indices: np.ndarray, step: int, pixels: np.ndarray | None = None
    ) -> Observation:
        """Do each part of a step by itself, from the reference's values, so that one fault does not blame the next part.

        Weights are set to `before`, the reference's before the step. Each layer gets the reference's input; each
        layer's gradient is taken from the reference's output gradient; the optimizer gets the reference's gradients.
        """
        ...
