"""A sheet to draw on, with mouse, finger or keyboard; the drawing comes back as a small array.

The browser keeps the strokes, so that they can be undone; it sends the drawing at the requested size, at most
every tenth of a second and never faster than the page answers.
"""

from __future__ import annotations

import base64

import numpy as np
import streamlit as st

from clsf import packing
from clsf.ui.shared import linked
from clsf.ui.shared.components import component, key_of, nothing, received
from clsf.ui.shared.text import t

ENDED = "e"  # behind the number of what the browser sends, when no stroke is being drawn
PEN = 8  # percent of the sheet's side that a fresh pen is wide: about what a line of MNIST is

COLOURS = {
    "black": "#1a1a1a", "red": "#d62728", "orange": "#ff8c1a", "yellow": "#f2c80f", "green": "#2ca02c", "blue": "#1f6fd6",
    "violet": "#8a4fd0", "white": "#ffffff",
}  # fmt: skip
"""Pens of a sheet in colour."""

BITS = (8, 4, 3, 2)
"""Of each number, from all levels to four; the first that is short enough is taken."""

_component = component("clsf_drawing", __file__, "drawing")


def draw(
    key: str, *, side: int = 64, colour: bool = False, height: int = 300, label: str | None = None, live: bool = True,
    sheet: object = "", plain: bool = False, link: str | None = None,
) -> np.ndarray | None:  # fmt: skip
    """Show a square sheet and return what is drawn on it, None while it is empty.

    Without `colour`: uint8 (side, side), how much ink lies on each pixel, 0 to 255: white strokes on black, as MNIST.
    With `colour`: uint8 (side, side, 3) on white paper. The sheet is at most `height` pixels high. `label` names it for
    screen readers. With `live` the page runs again while a stroke is drawn (put it into a fragment), else once it has
    ended. Another `sheet` than last time puts an empty one in its place. `plain`: without the choice of a pen's width, and the
    keyboard help is shown only to readers who use the keyboard. `link`: the drawing's name in the link, which holds it once a
    stroke has ended; it is opened from there.
    """
    channels, key = 3 if colour else 1, key_of(key)
    kept = f"{key}-kept"  # Streamlit drops a component's value when another page is opened
    before = (st.session_state.get(key) or {}).get("drawing") or st.session_state.get(kept) or ""
    if link and not before:
        before = _linked(link, str(sheet), side, channels)
    result = _component(
        key=key,
        data={
            "side": side, "channels": channels, "height": height, "live": live, "sheet": str(sheet), "pen": PEN, "plain": plain,
            "drawing": before, "colours": [[name, code] for name, code in COLOURS.items()] if colour else [],
            "words": _words(label, colour),
        },
        on_drawing_change=nothing,
    )  # fmt: skip
    value = result.drawing or before
    if _sheet(value) != str(sheet):
        return None
    st.session_state[kept] = value
    drawn = decoded(value, side, channels)
    if link and value.partition(":")[0].endswith(ENDED):
        linked.put_long(link, to_code(drawn, linked.room(link)), t("the drawing"))
    return drawn


def _linked(link: str, sheet: str, side: int, channels: int) -> str:
    """Return the drawing in the link as the browser would send it; "" where there is none, or none that can be read."""
    code = st.query_params.get(link, "")
    if not code:
        return ""
    pixels = from_code(code, (side, side) if channels == 1 else (side, side, channels))
    if pixels is None:
        st.warning(
            t("The drawing in the link is damaged, or was made for other images. Draw here, or copy the whole link again."),
            icon=":material/link_off:",
        )
        return ""
    return f"1{ENDED}:{sheet}:{base64.b64encode(pixels.tobytes()).decode()}"


def decoded(value: object, side: int, channels: int) -> np.ndarray | None:
    """Return the array in what the browser sent ("number:sheet:base64"), None if it is empty or invalid."""
    pixels = received(str(value).rpartition(":")[2], (side, side) if channels == 1 else (side, side, channels))
    empty = 0 if channels == 1 else 255
    return pixels if pixels is not None and (pixels != empty).any() else None


def _sheet(value: object) -> str:
    return str(value).partition(":")[2].rpartition(":")[0]


def _words(label: str | None, colour: bool) -> dict:
    said = {
        "sheet": label or t("Sheet to draw on"),
        "keys": t("Keyboard: arrow keys move the pen, Space puts it down or lifts it, Backspace takes the last stroke away."),
        "undo": t("Undo"), "clear": t("Clear"), "pen": t("Pen width"), "down": t("Pen down"), "up": t("Pen up"),
        "at": t("column %c, row %r of %n"), "emptied": t("The sheet is empty"), "colour": t("Pen colour"),
        "none": t("This browser can't show the sheet to draw on: it has no canvas, or it is switched off. Allow it, or use another browser."),
    }  # fmt: skip
    names = {
        "black": t("black"), "red": t("red"), "orange": t("orange"), "yellow": t("yellow"), "green": t("green"), "blue": t("blue"),
        "violet": t("violet"), "white": t("white"),
    }  # fmt: skip
    return {**said, "colours": names if colour else {}}


def to_code(pixels: np.ndarray | None, most: int) -> str | None:
    """Return a drawing, uint8 of any shape, as text of at most `most` characters; "" for none, None if it can't be so short."""
    if pixels is None:
        return ""
    for bits in BITS:
        levels = np.round(pixels / 255 * (2**bits - 1)).astype(np.uint8)
        code = f"{bits}{packing.packed(levels.tobytes())}"
        if len(code) <= most:
            return code
    return None


def from_code(code: str, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return the drawing in a text, uint8 of this shape; None for what `to_code` did not write for this shape."""
    bits = int(code[0]) if code[:1] in set(map(str, BITS)) else 0
    size = int(np.prod(shape))
    try:
        content = packing.unpacked(code[1:], size)
    except ValueError:
        return None
    if not bits or len(content) != size:
        return None
    levels = np.frombuffer(content, np.uint8).reshape(shape)
    return np.round(np.minimum(levels, 2**bits - 1) / (2**bits - 1) * 255).astype(np.uint8)
