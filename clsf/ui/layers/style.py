"""Styles for parts of this page without a Streamlit widget: the row of pictures, small pictures with a caption, lines of cells"""

from __future__ import annotations

from html import escape

import streamlit as st


def picture(address: str, alt: str, caption: str = "", width: str = "9rem") -> str:
    """Return a picture with crisp pixels and a caption, as HTML."""
    words = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure class="ls-pic" style="width:{width}"><img src="{address}" alt="{escape(alt)}">{words}</figure>'


def row(*parts: str) -> None:
    """Show pictures side by side, under each other where there is little room."""
    st.html(f'<div class="ls ls-row">{"".join(parts)}</div>')
