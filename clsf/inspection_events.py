"""The reports of looking inside a run: weights and gradients by layer, predictions and activations, one step in detail.

Frozen values of plain JSON things, like all events, and bounded in size: see the limits in `clsf.inspection`, which makes them.
A histogram is {"low", "high", "counts"}: counts of equally wide bins between the smallest and the largest finite value.
An array of bytes is base64 text together with its shape; `clsf.inspection.unpacked` reads it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayersInspected:
    """One training step was looked at, layer by layer; at most `clsf.inspection.LOOKS` times in a run, evenly spaced."""

    epoch: int  # 1-based
    step: int  # 1-based over the whole run
    layers: dict[str, dict]  # weight -> weights and gradients (histograms), norm, gradient_norm, ratio; see `weight_summary`
    dead: dict[str, float]  # path of a layer with ReLU -> share of units that are 0 for every one of some validation images
    seconds: float  # that the inspection took in addition to the step


@dataclass(frozen=True, slots=True)
class PredictionsInspected:
    """Some fixed validation images, and all of them in a confusion matrix; before the first step and after epochs."""

    epoch: int  # epochs done
    step: int  # steps done
    images: tuple[int, ...]  # indices of the fixed images, at most `clsf.inspection.IMAGES`
    labels: tuple[int, ...]
    classes: tuple[tuple[int, ...], ...]  # the likeliest classes of each image, likeliest first
    probabilities: tuple[tuple[float, ...], ...]  # theirs
    right: tuple[float, ...]  # probability of the right class
    confusion: tuple[tuple[int, ...], ...] | None  # rows: right class, columns: answer; None for too many classes
    watched: int  # which of the fixed images the activations are of
    activations: dict[str, dict]  # path -> shape of what came out, maps (bytes, shape), low, high
    seconds: float  # that looking took


@dataclass(frozen=True, slots=True)
class StepInspected:
    """One step in detail, because it was asked for."""

    epoch: int  # 1-based
    step: int  # 1-based over the whole run
    indices: tuple[int, ...]  # of the batch, into the run's images
    labels: tuple[int, ...]
    pixels: dict  # the first images of the batch as the model saw them, augmented and made small: bytes, shape
    loss: float  # mean of the batch before the update, nats
    accuracy: float
    learning_rate: float
    weights: dict[str, dict]  # weight -> before, after, gradient (histograms), norms, ratio, a sample of numbers
    seconds: float  # that the inspection took in addition to the step
