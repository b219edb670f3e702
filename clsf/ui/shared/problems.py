"""Problems that the program puts into a sentence, shown where they arise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from clsf.errors import ClsfError
from clsf.ui.shared.text import plain


@contextmanager
def shown() -> Iterator[None]:
    """Show a ClsfError that ends the block as a sentence, and go on after the block."""
    try:
        yield
    except ClsfError as error:
        show(error)


def show(error: ClsfError) -> None:
    """Show what an error says."""
    st.error(plain(error.sentence), icon=":material/error:")
