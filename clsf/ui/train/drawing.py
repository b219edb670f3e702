"""Charts and other pictures of the Train page that are computed again only if something is new since the last look."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from clsf.ui import language
from clsf.ui.live_chart import live_chart
from clsf.ui.train import keys

T = TypeVar("T")


def draw(name: str, stamp: object, make: Callable[[], tuple[dict, str]], height: int = 300) -> None:
    """Draw what `make` returns, figure and description, remembered as long as `stamp` and the language stay the same."""
    figure, alt = remembered(name, stamp, make)
    live_chart(figure, key=f"train-{name}", alt=alt, height=height)


def remembered(name: str, stamp: object, make: Callable[[], T]) -> T:
    """Return what `make` returned for this stamp and language, so that a look at an unchanged run costs little."""
    drawn = st.session_state.setdefault(keys.DRAWN, {})
    stamp = (stamp, language.chosen())
    if name not in drawn or drawn[name][0] != stamp:
        drawn[name] = stamp, make()
    return drawn[name][1]
