"""How a framework looks, everywhere: one colour, one kind of line, one symbol, so that colour is never the only sign.

Each colour stands out from the light and from the dark background alike (a contrast of at least 3, WCAG 2.1, 1.4.11),
so a figure needs no second version. Text, grid and background are left to the caller.
"""

from __future__ import annotations

from clsf.frameworks import BY_NAME, Style

STYLES = {name: framework.style for name, framework in BY_NAME.items()}
NUMPY = Style("NumPy", "#6b7b8c", "dot", "diamond", 9, "◆", "gray")
"""The neutral third, where both are compared with NumPy."""

SHARES = {"autorangeoptions": {"clipmin": 0, "clipmax": 1.02}}
"""Of an axis of shares: around a single point Plotly would take one more on either side, from -50 % to 150 %."""
