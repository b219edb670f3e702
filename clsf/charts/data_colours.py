"""Colours of classes and of channels, readable on light and on dark; beside each stands a name."""

from __future__ import annotations

from clsf.charts.palette import SERIES

CLASSES = SERIES
"""One per class, in order; from the eleventh on they begin anew."""

CHANNELS = {1: ("#6b7b8c",), 3: ("#c92a2a", "#2f8f46", "#3b6fd6")}
"""By the number of channels."""

PARTS = ("#0d8074", "#b4437c", "#6b7b8c")
"""Training, validation, test."""


def of_class(label: int) -> str:
    return CLASSES[label % len(CLASSES)]
