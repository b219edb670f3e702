"""Charts that are computed again only if something is new since the last look."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clsf.ui import language
from clsf.ui.compare import keys
from clsf.ui.live_chart import live_chart


def draw(name: str, stamp: object, make: Callable[[], tuple[dict, str]], height: int = 320, link: dict | None = None) -> None:
    """Draw what `make` returns, figure and description, remembered as long as `stamp` and the language stay the same.

    `link` as in `live_chart`: charts that zoom together.
    """
    drawn = st.session_state.setdefault(keys.DRAWN, {})
    stamp = (stamp, language.chosen())
    if name not in drawn or drawn[name][0] != stamp:
        drawn[name] = stamp, *make()
    figure, alt = drawn[name][1:]
    live_chart(figure, key=f"compare-{name}", alt=alt, height=height, link=link)
