"""Which data sets a reader may choose: the ready-made ones, those for everybody, and their own private ones."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from clsf.data import catalogue, private
from clsf.data.catalogue import DatasetInfo
from clsf.errors import ClsfError, DataError
from clsf.ui.shared import choose, service_access, state
from clsf.ui.shared.text import t, words


def select(key: str = state.DATA, **more: object) -> str:
    """Show the choice of a data set and return its name, which is then in the link."""
    titles = {info.name: title(info) for info in infos()}
    if st.session_state.get(key) in titles:
        # A widget with this key on another page only gets a value that is written again.
        st.session_state[key] = st.session_state[key]
    return choose.named(st.selectbox, t("Images"), titles, key, **more)


def infos() -> list[DatasetInfo]:
    """Return what is known about each data set that a data choice offers, the ready-made ones first."""
    everybodys, own = public(), []
    there = {info.name for info in everybodys}
    _claim()
    for name in private.own():
        with suppress(DataError):  # removed just now
            if name not in there:  # it may have been saved for everybody
                own.append(catalogue.info(name))
    return [*everybodys, *sorted(own, key=lambda info: (words(info.title), info.name))]


def public() -> list[DatasetInfo]:
    """Return the data sets for everybody: the ready-made ones, and those that were imported."""
    return [*map(catalogue.info, catalogue.NAMES), *catalogue.imported()]


def title(info: DatasetInfo) -> str:
    """Return what a data set is called in a choice."""
    return info.name if info.name in catalogue.NAMES else words(info.title)


def _claim() -> None:
    """Make this reader the owner of images from a link of an older version, where the name was the key."""
    name = st.query_params.get(state.DATA)
    if private.without_owner(name):
        with suppress(ClsfError):  # the owner can't be determined now
            service_access.get_service().claim(name, state.owner())
