"""The chosen data set, opened: pixels are memory-mapped, so that a page run costs nothing."""

from __future__ import annotations

import streamlit as st

from clsf.data import cache, catalogue
from clsf.data.images import Dataset, Images
from clsf.data.sources import open_dataset
from clsf.ui.data import keys


@st.cache_resource(show_spinner=False, max_entries=12)
def _opened(name: str, stamp: float) -> Dataset:
    return open_dataset(name)


def dataset(name: str) -> Dataset:
    """Return a data set that is on this machine. Raises DataError if its files are damaged, or it is someone else's."""
    catalogue.info(name)  # a set opened for one reader is not for all
    return _opened(name, (cache.facts(name) or {}).get("checksum", ""))


def picked(images: Images) -> int:
    """Return the index of the image in view, the first one if that index does not exist."""
    value = st.session_state.get(keys.IMAGE, st.query_params.get(keys.IMAGE))
    try:
        number = int(value)
    except (TypeError, ValueError):
        return 0
    return number if 0 <= number < len(images) else 0


def pick(number: int) -> None:
    """Look at another image from now on."""
    st.session_state[keys.IMAGE] = number
    st.query_params[keys.IMAGE] = str(number)
