"""The meaning of each colour, defined once for all pages. Nothing else in a figure or on a page has one of these colours.

The style of the frameworks is defined in `clsf.frameworks`. Every colour for a figure has a contrast of at least 3 with the light
and with the dark background (WCAG 2.1, 1.4.11); text has a pair of colours, for the light and for the dark theme.
"""

from __future__ import annotations

from clsf.frameworks import BY_NAME

TENSORFLOW, TORCH = (BY_NAME[name].style.colour for name in ("tensorflow", "torch"))

RIGHT, WRONG = "#2c8f45", "#d33c3c"
"""An answer that is right or wrong, a program that is healthy or faulty, a design that is broken, a place where two differ."""
RIGHT_TEXT, WRONG_TEXT = ("#1f6e34", "#62c47d"), ("#bb2d2d", "#f27b78")
WARNING, WARNING_TEXT = "#b07800", ("#7d5600", "#e0ac3a")

SIGNED = ((33, 102, 172), (146, 197, 222), (255, 255, 255), (244, 165, 130), (178, 24, 43))
"""Red, green, blue of numbers below zero (blue), of zero (white) and above it (red), from -1 to 1 (Brewer's RdBu)."""
NEGATIVE, POSITIVE = ("#" + bytes(SIGNED[end]).hex() for end in (0, -1))

STRENGTH = ((13, 22, 38), (20, 137, 126), (250, 236, 160))
"""Red, green, blue of numbers from 0 to the largest, as in saliency maps: brightness grows evenly."""

ACCENT = "#14897e"
"""The selected item, and the line of a figure that has only one."""
ACCENT_TEXT = ("#084f49", "#7fd8ce")
GREY = "#7d8790"
"""Reference levels and other aids for reading a figure."""
MUTED = "#6b7b8c"
"""Earlier values, the remainder, and NumPy."""
OTHER = "#b4437c"
"""The second of two things that are not frameworks; the first has the accent colour."""
EQUAL = "#c9d4d2"
STAR = "#f2c80f"
"""What the reader looks for in a cloud of points."""

LAYERS = {
    "weights": ACCENT, "pooling": "#3a7bd5", "shaping": "#7b8794", "while": "#a0528f", "bending": WARNING, "branching": "#5b6470",
}  # fmt: skip
"""What a layer is for, by the group of its kind (`clsf.model.spec`)."""

SERIES = (
    "#1c7ed6", "#a0522d", "#5c7a29", "#c2409a", "#0c8599", "#b08900", "#a24ac9", "#7a6a80", "#e03131", "#2b8a3e",
)  # fmt: skip
"""Classes, layers, channels and arms of an experiment, in order: distinct, and unlike the colour of any framework."""


CHANNELS = (
    (201, 42, 42), (47, 143, 70), (59, 111, 214), (201, 138, 0), (160, 82, 143), (20, 137, 126), (107, 123, 140), (176, 110, 66),
)  # fmt: skip
"""Red, green, blue of the first channels of an image, where they are shown separately; the first three are red, green and blue."""

HEIGHTS = ("#0d4f6b", "#2fa295", "#f3e9a5")
"""Colours of a surface, from low to high."""

QUANTITIES = {"logits": "#3a7bd5", "gradients": "#9a7400", "weights": OTHER}
"""What is compared in a lockstep, besides the loss."""

CODE = {
    "word": ("#a626a4", "#d9a0e8"), "text": ("#2f6f2f", "#a3d39c"), "number": ("#8a5200", "#e8b77a"), "comment": ("#5c6370", "#9aa4b2"),
    "name": ("#1f4fbf", "#8ab4f8"),
}  # fmt: skip
"""Words of a program, on the light and on the dark background."""


def faint(colour: str, share: float) -> str:
    """Return a colour of this module with this opacity, as CSS."""
    return f"rgba({', '.join(map(str, bytes.fromhex(colour[1:])))}, {share:g})"


def variables() -> str:
    """Return the colours as CSS variables, for pages and for the parts of them that are drawn in the browser."""
    pairs = {"right": RIGHT_TEXT, "wrong": WRONG_TEXT, "warn": WARNING_TEXT, "accent": ACCENT_TEXT}
    said = {
        "tensorflow": TENSORFLOW, "torch": TORCH, "accent": ACCENT, "warn": WARNING, "negative": NEGATIVE, "positive": POSITIVE,
        "right": RIGHT, "wrong": WRONG, **LAYERS,
        **{f"channel-{number}": f"rgb{channel}" for number, channel in enumerate(CHANNELS[:3])},
        **{f"{name}-text": f"light-dark({', '.join(pair)})" for name, pair in pairs.items()},
        **{f"code-{name}": f"light-dark({', '.join(pair)})" for name, pair in CODE.items()},
        "signed": ", ".join(f"rgb{stop}" for stop in SIGNED),
    }  # fmt: skip
    return ":root { " + " ".join(f"--clsf-{name}: {colour};" for name, colour in said.items()) + " }\n"
