"""How the arms of an experiment look: a colour and a symbol each, and a kind of line for the framework.

Every colour has a luminance at which it stands out from the light and the dark background alike, with a contrast of at
least 3 (WCAG 2.1, 1.4.11). Up to eight arms have clearly distinct colours; more arms, or ordered numbers, take colours
from blue to red around the colour wheel.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

from clsf.charts.palette import SERIES
from clsf.charts.style import STYLES

APART = SERIES[:8]
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "triangle-down", "hexagon")
OUTLINES = {
    "circle": "M6 2.2a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 1 0 0-7.6z",
    "square": "M2.6 2.6h6.8v6.8h-6.8z",
    "diamond": "M6 1.2l4.8 4.8l-4.8 4.8l-4.8-4.8z",
    "triangle-up": "M6 1.6l4.6 8h-9.2z",
    "cross": "M4.4 1.4h3.2v3h3v3.2h-3v3h-3.2v-3h-3v-3.2h3z",
    "star": "M6 .8l1.5 3.4l3.7.4l-2.8 2.5l.8 3.6l-3.2-1.9l-3.2 1.9l.8-3.6l-2.8-2.5l3.7-.4z",
    "triangle-down": "M6 10.4l4.6-8h-9.2z",
    "hexagon": "M3.6 1.8h4.8l2.4 4.2l-2.4 4.2h-4.8l-2.4-4.2z",
}
"""The symbols as SVG paths on a 12 by 12 grid, for use outside charts."""

LUMINANCE = 0.19  # relative, as defined by WCAG: contrast 4.4 on white, 4.3 on #0e1117
BLUE, RED = 0.62, 0.0  # hues, in turns


@dataclass(frozen=True, slots=True)
class ArmStyle:
    """How one run is drawn: Plotly's names for symbol and line; a hollow symbol is only its outline."""

    colour: str
    symbol: str
    dash: str
    hollow: bool

    @property
    def marker(self) -> str:
        """Plotly's name of the symbol, hollow or filled."""
        return f"{self.symbol}-open" if self.hollow else self.symbol


def arm_style(arm: int, arms: int, framework: str, ordered: bool = False) -> ArmStyle:
    """Return the style of arm `arm` (from 0), given the number of arms. `ordered`: the arms are numbers, from small to large."""
    colour = _round(BLUE + (RED - BLUE) * arm / max(arms - 1, 1)) if ordered or arms > len(APART) else APART[arm % len(APART)]
    dash = STYLES[framework].dash
    return ArmStyle(colour, SYMBOLS[arm % len(SYMBOLS)], dash, hollow=dash != "solid")


def _round(hue: float) -> str:
    """Return the colour of a hue at LUMINANCE, as strong as it can be there."""
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        if luminance(colorsys.hls_to_rgb(hue, middle, 0.75)) < LUMINANCE:
            low = middle
        else:
            high = middle
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, low, 0.75))


def luminance(rgb: tuple[float, ...]) -> float:
    """Return the relative luminance of a colour whose components lie in 0 to 1 (WCAG 2.1)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
