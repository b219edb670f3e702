"""Buttons that download a file. A press runs nothing again, because a page that is redrawn would lose the file; see `files`."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clsf.errors import ClsfError
from clsf.words import Sentence

Content = bytes | str | Callable[[], bytes | str]

KINDS = {
    "csv": "text/csv", "html": "text/html", "ipynb": "application/x-ipynb+json", "json": "application/json", "py": "text/x-python",
    "svg": "image/svg+xml", "zip": "application/zip",
}  # fmt: skip
"""What a file's name ends with -> what the browser is told that it is."""


def download(label: str, content: Content, name: str, key: str, icon: str = ":material/download:", **more: object) -> None:
    """Show the button for a file of a name; where `content` is a function, the file is made when the button is pressed."""
    st.download_button(label, content, name, KINDS.get(name.rpartition(".")[2]), key=key, icon=icon, on_click="ignore", **more)


def refusable(make: Callable[[], bytes | str], keep: Callable[[Sentence | None], None]) -> Callable[[], bytes | str]:
    """Return `make` so that the reason why it refuses is kept for the page: the thread that makes a file can't show anything."""

    def made() -> bytes | str:
        keep(None)
        try:
            return make()
        except ClsfError as error:
            keep(error.sentence)
            raise

    return made
