"""How a framework looks, everywhere: one colour, one kind of line, one symbol, so that colour is never the only sign.

Each colour stands out from the light and from the dark background alike (a contrast of at least 3, WCAG 2.1, 1.4.11),
so a figure needs no second version. Text, grid and background are left to the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, log10

from clsf.charts.palette import MUTED
from clsf.frameworks import BY_NAME, Style

STYLES = {name: framework.style for name, framework in BY_NAME.items()}
NUMPY = Style("NumPy", MUTED, "dot", "diamond", 9, "◆", "gray")
"""The neutral third, where both are compared with NumPy."""

SHARES = {"autorangeoptions": {"clipmin": 0, "clipmax": 1.02}}
"""Of an axis of shares: around a single point Plotly would take one more on either side, from -50 % to 150 %."""

TICKS = 7
"""Powers of ten that an axis names at most: more would stand on each other in a small figure."""


def powers(values: Iterable[float]) -> dict:
    """Return what makes an axis logarithmic, with as few ticks as fit. `values`: what is drawn, positive numbers."""
    drawn = list(values)
    span = log10(max(drawn)) - log10(min(drawn)) if drawn else 0
    return {"type": "log", "exponentformat": "power", "dtick": max(ceil(span / TICKS), 1)}
