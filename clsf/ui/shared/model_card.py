"""A ready-made model in a sentence and a small picture, where one is chosen."""

from __future__ import annotations

import streamlit as st

from clsf.charts.model_strip import strip
from clsf.errors import SpecError
from clsf.model import presets
from clsf.model.shapes import Shape
from clsf.ui.shared.text import plain, t, words


def show(name: str, shape: Shape, classes: int) -> None:
    """Show a preset on images of a shape; nothing for another name, and no picture where the images are too small for it."""
    if name not in presets.NAMES:
        return
    preset = presets.PRESETS[name]
    try:
        layers = preset.spec(classes).analyse(shape).layers
    except SpecError:
        layers = ()
    if layers:
        st.html(strip(layers, shape, t("{name}: {about}", name=name, about=words(preset.about))))
    st.caption(plain(preset.about))
