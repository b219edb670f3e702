"""Parts of this page without a Streamlit widget: pictures with a caption, a grid of pictures to enlarge, a colour scale, tables"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from clsf.charts.style import STYLES
from clsf.ui.shared.components import component, key_of
from clsf.ui.shared.text import t

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
