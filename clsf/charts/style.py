"""How a framework looks, everywhere: one colour, one kind of line, one symbol, so that colour is never the only sign.

Each colour stands out from the light and from the dark background alike (a contrast of at least 3, WCAG 2.1, 1.4.11),
so a figure needs no second version. Text, grid and background are left to whoever shows the figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FrameworkStyle:
    """Colour as #rrggbb, Plotly's names for line and symbol, and the symbol as a character of text."""

    title: str
    colour: str
    dash: Literal["solid", "dash", "dot"]
    symbol: Literal["circle", "square", "diamond"]
    size: int  # of the symbol in pixels; they differ, so that both are seen where they coincide
    mark: str
    text_colour: Literal["orange", "violet", "gray"]  # the theme's colour for words

    def faint(self) -> str:
        """Return the colour for what lies in the background: single batches."""
        red, green, blue = (int(self.colour[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red},{green},{blue},0.3)"


STYLES = {
    "tensorflow": FrameworkStyle("TensorFlow", "#dd6b00", "solid", "circle", 12, "●", "orange"),
    "torch": FrameworkStyle("PyTorch", "#6f66f2", "dash", "square", 7, "■", "violet"),
}
NUMPY = FrameworkStyle("NumPy", "#6b7b8c", "dot", "diamond", 9, "◆", "gray")
"""The neutral third, where both are compared with NumPy."""

SHARES = {"autorangeoptions": {"clipmin": 0, "clipmax": 1.02}}
"""Of an axis of shares: around a single point Plotly would take one more on either side, from -50 % to 150 %."""
