"""The style of each framework on all pages: one colour, one kind of line, one symbol, so that colour is never the only sign.

Each colour is visible on the light and on the dark background (a contrast of at least 3, WCAG 2.1, 1.4.11),
so a figure needs no second version. Text, grid and background are left to the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, log10

from clsf.charts.palette import MUTED
from clsf.frameworks import BY_NAME, Style

STYLES = {name: framework.style for name, framework in BY_NAME.items()}
NUMPY = Style("NumPy", MUTED, "dot", "diamond", 9, "◆", "gray")
"""The neutral third style, where both are compared with NumPy."""

SHARES = {"autorangeoptions": {"clipmin": 0, "clipmax": 1.02}}
"""The range of an axis of shares: around a single point Plotly would choose -50 % to 150 %."""

TICKS = 7
"""Most powers of ten that an axis labels: more would overlap in a small figure."""


def powers(values: Iterable[float]) -> dict:
    """Return the settings of a logarithmic axis, with as few ticks as fit. `values`: the positive numbers that are drawn."""
    drawn = list(values)
    span = log10(max(drawn)) - log10(min(drawn)) if drawn else 0
    return {"type": "log", "exponentformat": "power", "dtick": max(ceil(span / TICKS), 1)}
