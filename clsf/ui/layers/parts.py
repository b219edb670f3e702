"""Pictures to enlarge: a grid of small ones, and their colour scale"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from clsf.ui.shared.component_keys import key_of
from clsf.ui.shared.components import component
from clsf.ui.shared.text import t

_gallery = component(
    "clsf_layer_gallery", __file__, "gallery", '<div class="gallery">\n<div class="grid"></div>\n<dialog></dialog>\n</div>'
)


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
