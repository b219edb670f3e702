"""The input of every view of a layer, and what views are made of: pictures with captions, a grid to enlarge them, a colour scale, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np
import streamlit as st

from clsf.backends.base import Weights
from clsf.charts.style import STYLES
from clsf.layer_stack.facts import StackFacts
from clsf.layer_stack.stages import LayerStack, Stage
from clsf.model.walk import LayerFacts
from clsf.ui.layers.source import ChosenPicture
from clsf.ui.shared.components import component, key_of
from clsf.ui.shared.text import t


@dataclass(frozen=True, slots=True, eq=False)
class InspectedLayer:
    """One layer, counted from 0, in its chain. Arrays are float32 with a batch axis of 1."""

    given: ChosenPicture
    first: np.ndarray  # what goes into the chain
    is_picture: bool  # whether that is the picture itself and not the output of a run's layers
    chain: LayerStack
    look: StackFacts
    weights: Weights
    outputs: list[np.ndarray]  # the output of each stage that fits
    position: int

    @property
    def stage(self) -> Stage:
        return self.chain[self.position]

    @property
    def facts(self) -> LayerFacts:
        return self.look.facts[self.position]

    @property
    def before(self) -> np.ndarray:
        """Return the input of the layer."""
        return self.outputs[self.position - 1] if self.position else self.first

    @property
    def after(self) -> np.ndarray:
        """Return the output of the layer."""
        return self.outputs[self.position]

    @property
    def shows_picture(self) -> bool:
        """Return whether the input of the layer is the picture itself."""
        return self.position == 0 and self.is_picture

    def own_weights(self) -> Weights:
        """Return only the weights of this layer, named as in a model of one layer."""
        path = f"{self.position + 1}."
        return {f"1.{name.removeprefix(path)}": array for name, array in self.weights.items() if name.startswith(path)}

    def linear(self) -> object:
        """Return the layer without its activation."""
        layer = self.stage.layer
        return replace(layer, activation="linear") if hasattr(layer, "activation") else layer


_gallery = component(
    "clsf_layer_gallery", __file__, "gallery", '<div class="gallery">\n<div class="grid"></div>\n<dialog></dialog>\n</div>'
)


def picture(address: str, alt: str, caption: str = "", width: str = "9rem") -> str:
    """Return a picture with crisp pixels and a caption, as HTML."""
    words = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure class="ls-pic" style="width:{width}"><img src="{address}" alt="{escape(alt)}">{words}</figure>'


def row(*parts: str) -> None:
    """Show pictures side by side, under each other where there is little room."""
    st.html(f'<div class="ls ls-row">{"".join(parts)}</div>')


def table(corner: str, heads: Iterable[object], rows: Iterable[tuple[str, Iterable[object]]]) -> None:
    """Show a table; a row is its head cell and its other cells, which are HTML already."""
    top = (f"<th>{escape(corner)}</th>" if corner else "<td></td>") + "".join(f"<th>{escape(str(head))}</th>" for head in heads)
    body = "".join(f"<tr>{head}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for head, cells in rows)
    st.html(f'<div class="ls ls-table" tabindex="0"><table><tr>{top}</tr>{body}</table></div>')


def side(framework: str) -> str:
    """Return the head cell of a framework's row."""
    look = STYLES[framework]
    return f'<th class="ls-side" style="--side:{look.colour}">{look.mark} {look.title}</th>'


@dataclass(frozen=True, slots=True)
class PictureItem:
    """One small picture: its address, title, alternative text, a note shown next to it, and whether it is highlighted."""

    picture: str
    title: str
    alt: str
    note: str
    marked: bool = False


def gallery(items: Sequence[PictureItem], key: str, tile: int = 92) -> None:
    """Show pictures as a grid, each at least `tile` CSS pixels wide; a click enlarges one, without asking the server."""
    _gallery(
        key=key_of(key),
        data={
            "items": [
                {"picture": i.picture, "title": i.title, "alt": i.alt, "note": i.note, "mark": "hand" if i.marked else ""}
                for i in items
            ],
            "words": {"close": t("Close the picture"), "back": t("Previous picture"), "next": t("Next picture")},
            "tile": tile,
        },
    )


def number(value: float) -> str:
    """Return a number in few digits."""
    return f"{value:.3g}"


def scale(limit: float) -> None:
    """Show what the colours mean."""
    words = "".join(f"<span>{escape(text)}</span>" for text in (f"−{number(limit)}", "0", number(limit)))
    st.html(f'<div class="ls"><div class="ls-scale"></div><div class="ls-scale-words">{words}</div></div>')
