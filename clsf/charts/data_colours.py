"""Colours of classes and of channels, readable on light and dark backgrounds; each is shown with a name."""

from __future__ import annotations

from clsf.charts import palette
from clsf.charts.palette import ACCENT, MUTED, OTHER, SERIES

CLASSES = SERIES
"""One per class, in order; they repeat from the eleventh class on."""

CHANNELS = {1: (MUTED,), 3: tuple("#" + bytes(channel).hex() for channel in palette.CHANNELS[:3])}
"""By the number of channels."""

PARTS = (ACCENT, OTHER, MUTED)
"""Training, validation, test."""


def of_class(label: int) -> str:
    return CLASSES[label % len(CLASSES)]
