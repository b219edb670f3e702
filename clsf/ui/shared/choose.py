"""Widgets whose choice is in the link.

Streamlit writes the label of an option into the link, so it is left to Streamlit only where labels are the same in every
language. `named` writes the option itself. For any value from the browser, the result is one of the options or a finite number.
A widget is shown in its `place`, such as a column; without one, where the page is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from math import isfinite

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf.ui.shared import linked

LINKED = {"bind": "query-params", "persist_state": "session"}
NOTHING = "none"
"""In a link: nothing is chosen, although the default is not empty."""

MAX_CHARACTERS = 2_100  # slightly more than clsf.tensors.literals accepts, so that it can report longer text itself


def named(
    widget: Callable, label: str, titles: Mapping[str, str], key: str, link: str | None = None, default: str | None = None,
    place: DeltaGenerator | None = None, **more: object,
) -> str:  # fmt: skip
    """Show a widget over the options `titles` (option -> label in the reader's language); without `default`, the first is it.

    `link`: its name in the link, where several pages use the same name; the key in the session belongs to one page.
    """
    link = link or key
    options = list(titles)
    default = options[0] if default is None else default
    if st.session_state.get(key) not in titles:
        wanted = st.query_params.get(link)
        st.session_state[key] = wanted if wanted in titles else default
    if widget in (st.segmented_control, st.pills):
        more |= {"required": True, "wrap": True}
    elif widget is st.selectbox:
        more |= {"filter_mode": None}
    with place or nullcontext():
        chosen = widget(label, options, format_func=titles.__getitem__, key=key, persist_state="session", **more)
    chosen = chosen if chosen in titles else default
    linked.put(link, None if chosen == default else chosen)
    return chosen


def several(
    widget: Callable, label: str, titles: Mapping[str, str], key: str, default: Sequence[str] = (), link: str | None = None,
    place: DeltaGenerator | None = None, **more: object,
) -> list[str]:  # fmt: skip
    """Show a widget for any number of the options `titles`; the link holds them in the order of choice."""
    st.session_state[key] = several_chosen(titles, key, default, link)

    def named(name: str) -> str:
        return titles.get(name, name)  # a browser may send anything

    with place or nullcontext():
        sent = widget(label, list(titles), format_func=named, key=key, persist_state="session", **more)
    chosen = [name for name in sent if name in titles]
    linked.put(link or key, None if chosen == list(default) else ",".join(chosen) or NOTHING)
    return chosen


def several_chosen(titles: Iterable[str], key: str, default: Sequence[str] = (), link: str | None = None) -> list[str]:
    """Return the choice of `several`, also before the widget is shown: the session's choice, else the link's, else the default."""
    kept, known = st.session_state.get(key), set(titles)
    if kept is not None and set(kept) <= known:
        return list(kept)
    wanted = st.query_params.get(link or key)
    names = [] if wanted is None else list(dict.fromkeys(name for name in wanted.split(",") if name in known))
    return names if names or wanted == NOTHING else list(default)


def one(
    label: str, options: Sequence[str], key: str, default: str | None = None, widget: Callable | None = None,
    place: DeltaGenerator | None = None, **more: object,
) -> str:  # fmt: skip
    """Show a widget over options that are the same in every language."""
    default = default or options[0]
    with place or nullcontext():
        if widget is None:
            chosen = st.selectbox(
                label, options, index=list(options).index(default), key=key, filter_mode=None, **LINKED, **more
            )
        else:
            chosen = widget(label, options, default=default, required=True, key=key, **LINKED, **more)
    return chosen if chosen in options else default


def examples(label: str, sets: Mapping[str, Sequence[object]], key: str, keys: Sequence[str], **more: object) -> None:
    """Show buttons, each of which sets other widgets, those with these `keys`, to its values."""

    def take() -> None:
        for name, value in zip(keys, sets.get(st.session_state.get(key), ()), strict=False):
            st.session_state[name] = value

    st.pills(label, list(sets), key=key, on_change=take, **more)


def text(label: str, default: str, key: str, place: DeltaGenerator = st, **more: object) -> str:
    """Show a line of text to type in."""
    return place.text_input(label, default, key=key, max_chars=MAX_CHARACTERS, **LINKED, **more) or ""


def whole(label: str, low: int, high: int, default: int, key: str, place: DeltaGenerator = st, **more: object) -> int:
    """Show an input for an integer. A link may hold any value, so it is clipped to the limits."""
    value = place.number_input(label, low, high, default, step=1, key=key, **LINKED, **more)
    return default if value is None else min(max(int(value), low), high)


def number(label: str, default: float, key: str, place: DeltaGenerator = st, **more: object) -> float:
    """Show an input for a number."""
    value = place.number_input(label, value=default, key=key, format="%g", **LINKED, **more)
    return float(value) if value is not None and isfinite(value) else default
