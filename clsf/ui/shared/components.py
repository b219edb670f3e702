"""Browser components and their data."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

MOST_BYTES = 3 * 256**2  # of one picture that a browser sends


def component(name: str, module: str, part: str, html: str | None = None) -> Callable[..., object]:
    """Return the component of a name, made of PART.css, PART.js and PART.html, or `html`, in the folder of this `__file__`."""
    beside = Path(module).parent

    def text(ending: str) -> str:
        return (beside / f"{part}.{ending}").read_text("utf-8")

    return declared(name, html=text("html") if html is None else html, css=text("css"), js=text("js"))


def declared(name: str, **parts: object) -> Callable[..., object]:
    """Return a component, whose function in the browser gets its `data` as the one item of a list: `function ({ data: [data] })`.

    Streamlit checks each value of a dict against twenty kinds of table, and loads pandas for that, a third of a second.
    """
    mount = st.components.v2.component(name, **parts)

    def show(*, data: object, **rest: object) -> object:
        return mount(data=[data], **rest)

    return show


def key_of(name: str) -> str:
    """Return a key without `__`, different for each name: Streamlit reserves `__`, which the id of a run may have, and shows nothing."""
    return re.sub("_(?=_)", "_.", name)


def nothing() -> None:
    """Do nothing: Streamlit returns a component's value only where there is a callback for it."""


def received(value: object, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return base64 from the browser as uint8 of a shape, None if it is anything else."""
    size = math.prod(shape)
    if not isinstance(value, str) or not 1 <= size <= MOST_BYTES or len(value) != -(-size // 3) * 4:
        return None
    try:
        raw = base64.b64decode(value, validate=True)
    except ValueError:
        return None
    return np.frombuffer(raw, np.uint8).reshape(shape) if len(raw) == size else None
