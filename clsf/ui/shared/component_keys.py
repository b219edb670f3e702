"""Keys of our components: Streamlit keeps `__` for itself and shows nothing where a key holds it, as an id of a run may."""

from __future__ import annotations

import re


def key_of(name: str) -> str:
    """Return a key without `__`, another one for each name."""
    return re.sub("_(?=_)", "_.", name)
