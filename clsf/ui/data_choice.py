"""Which data sets this session may choose: the ready-made ones, those for everybody, and its own private ones.

A private set (see `clsf.data.private`) is seen by the session that uploaded it and by whoever opens a link that names it.
"""

from __future__ import annotations

import streamlit as st

from clsf.data import catalogue, private
from clsf.data.catalogue import DatasetInfo
from clsf.errors import DataError
from clsf.ui import state
from clsf.ui.data import keys
from clsf.ui.tensors import choose
from clsf.ui.text import t, words


def select(key: str = state.DATA, **more: object) -> str:
    """Show the choice of a data set and return its name, which then stands in the link."""
    titles = {found.name: title(found) for found in infos()}
    if st.session_state.get(key) in titles:
        st.session_state[key] = st.session_state[
            key
        ]  # a widget of this key on another page hands over only what is written anew
    return choose.named(st.selectbox, t("Images"), titles, key, **more)


def names() -> list[str]:
    """Return the names that a data choice offers, the ready-made ones first."""
    return [found.name for found in infos()]


def infos() -> list[DatasetInfo]:
    """Return what is known about each data set that a data choice offers."""
    public = [*map(catalogue.info, catalogue.NAMES), *catalogue.imported()]
    there = {found.name for found in public}
    own = []
    for name in _private():
        try:
            if name not in there:  # it may have been saved for everybody
                own.append(catalogue.info(name))
        except DataError:  # removed in this very moment
            continue
    return [*public, *sorted(own, key=lambda found: (words(found.title), found.name))]


def title(info: DatasetInfo) -> str:
    """Return what a data set is called in a choice."""
    return info.name if info.name in catalogue.NAMES else words(info.title)


def add(name: str) -> None:
    """Let this session see a private set."""
    st.session_state[keys.SEEN] = [*dict.fromkeys([*st.session_state.get(keys.SEEN, []), name])]


def forget(name: str) -> None:
    """Let this session see a private set no more."""
    st.session_state[keys.SEEN] = [one for one in st.session_state.get(keys.SEEN, []) if one != name]


def _private() -> list[str]:
    """Return the private sets that are there of those that this session uploaded or was given a link to."""
    for name in (st.query_params.get(state.DATA), st.session_state.get(state.DATA)):
        if private.is_name(name) and name not in st.session_state.get(keys.SEEN, []):
            add(name)
    found = [name for name in st.session_state.get(keys.SEEN, []) if private.use(name)]
    if found != st.session_state.get(keys.SEEN, []):
        st.session_state[keys.SEEN] = found
    return found
