"""Colours of classes and of channels, readable on light and on dark; beside each stands a name."""

from __future__ import annotations

CLASSES = (
    "#d9480f", "#1c7ed6", "#2b8a3e", "#ae3ec9", "#b08900", "#0c8599", "#e03131", "#6741d9", "#5c7a29", "#a0522d",
)  # fmt: skip
"""One per class, in order; from the eleventh on they begin anew."""

CHANNELS = {1: ("#6b7b8c",), 3: ("#d33c3c", "#2f8f46", "#3b6fd6")}
"""By the number of channels."""

PARTS = ("#0d8074", "#b4437c", "#6b7b8c")
"""Training, validation, test."""


def of_class(label: int) -> str:
    return CLASSES[label % len(CLASSES)]
