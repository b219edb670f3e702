"""The chain as a row of pictures: the input, and the output of every layer, with shape and parameters"""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from clsf.charts import layer_pictures
from clsf.layer_stack.facts import StackFacts
from clsf.layer_stack.stages import LayerStack
from clsf.model.shapes import shape_text
from clsf.ui.layers.stack import stage_title
from clsf.ui.shared.text import t
from clsf.ui.shared.units import parameters

ARROW = '<span class="ls-arrow" aria-hidden="true">→</span>'


def show(first: tuple[str, str], chain: LayerStack, look: StackFacts, outputs: list[np.ndarray], chosen: int) -> None:
    """Show the row. `first`: address and title of what goes in; `outputs`: one array (n, …) per stage that could be computed."""
    address, title = first
    tiles = [
        _tile(address, title, shape_text(look.in_shape), t("what goes in"), t("The picture that goes in: {title}", title=title))
    ]
    for position, stage in enumerate(chain):
        name, on = f"{position + 1} · {stage_title(stage)}", position == chosen
        if position < len(outputs):
            facts = look.facts[position]
            values = outputs[position][0]
            drawn = layer_pictures.mosaic(values) if values.ndim == 3 else layer_pictures.folded(values)
            learned = parameters(facts.trainable) if facts.weights else t("no parameters")
            alt = t("What comes out of layer {number}, {kind}", number=position + 1, kind=stage.kind)
            tiles.append(_tile(drawn, name, shape_text(facts.out_shape), learned, alt, on))
        else:
            tiles.append(_missing(name, on, first=position == len(outputs)))
    st.html(f'<div class="ls ls-chain">{ARROW.join(tiles)}</div>')


def _tile(address: str, title: str, shape: str, note: str, alt: str, on: bool = False) -> str:
    return (
        f'<div class="ls-tile{" ls-on" if on else ""}"><div class="pic"><img src="{address}" alt="{escape(alt)}"></div>'
        f"<b>{escape(title)}</b><code>{escape(shape)}</code><small>{escape(note)}</small></div>"
    )


def _missing(title: str, on: bool, first: bool) -> str:
    note = t("does not fit") if first else t("not reached")
    return (
        f'<div class="ls-tile ls-bad{" ls-on" if on else ""}"><div class="pic" aria-hidden="true">{"✕" if first else "·"}</div>'
        f"<b>{escape(title)}</b><small>{escape(note)}</small></div>"
    )
