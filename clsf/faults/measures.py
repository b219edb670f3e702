"""Measurements for probes, in addition to curves and facts: counts, histograms and norms of one run. Plain numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Histogram:
    """A histogram; the last edge belongs to the last bin."""

    edges: tuple[float, ...]  # one more than counts
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Modes:
    """Accuracy of the trained model on the same images, dropout off and on; shares in [0, 1]."""

    training: tuple[float, float] | None = None  # of training images: evaluation mode, training mode
    validation: tuple[float, float] | None = None


@dataclass(frozen=True)
class Measures:
    """The measurements of one run. Empty or None: not measured."""

    gradients: tuple[tuple[str, float, float], ...] = ()  # kernel, its gradient's L2 norm in the first and in the last step
    train_labels: tuple[tuple[int, int], ...] = ()  # label, number of training images
    validation_labels: tuple[tuple[int, int], ...] = ()
    train_pixels: Histogram | None = None  # of the first batch as the model received it
    validation_pixels: Histogram | None = None
    shapes: tuple[tuple[str, str, str], ...] = ()  # "images", "outputs" or "labels", shape, type of number
    modes: Modes = Modes()


NOTHING = Measures()
