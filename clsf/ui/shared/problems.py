"""Shows errors that the program has a sentence for, in the place where they occur."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from clsf.errors import ClsfError
from clsf.ui.shared import state
from clsf.ui.shared.text import plain


@contextmanager
def shown() -> Iterator[None]:
    """Show a ClsfError raised in the block as a sentence, and continue after the block."""
    try:
        yield
    except ClsfError as error:
        show(error)


@contextmanager
def kept(key: str = state.REFUSAL) -> Iterator[None]:
    """Keep a ClsfError raised in the block, for `runs.show_refusal`, and continue after the block. For what a button calls."""
    try:
        yield
    except ClsfError as error:
        st.session_state[key] = error.sentence


def show(error: ClsfError) -> None:
    """Show the message of an error."""
    st.error(plain(error.sentence), icon=":material/error:")
