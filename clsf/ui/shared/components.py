"""A component of the browser that is made of files which lie beside a module."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st


def component(name: str, module: str, part: str, html: str | None = None) -> Callable[..., object]:
    """Return the component of a name, made of PART.css, PART.js and PART.html, or `html`, beside the module with this `__file__`."""
    beside = Path(module).parent

    def text(ending: str) -> str:
        return (beside / f"{part}.{ending}").read_text("utf-8")

    return st.components.v2.component(name, html=text("html") if html is None else html, css=text("css"), js=text("js"))


def nothing() -> None:
    """Do nothing: Streamlit returns a component's value only where there is a callback for it."""
