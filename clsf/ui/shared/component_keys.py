"""Keys of our components: Streamlit reserves `__` and shows nothing if a key contains it, as the id of a run may."""

from __future__ import annotations

import re


def key_of(name: str) -> str:
    """Return a key without `__`, different for each name."""
    return re.sub("_(?=_)", "_.", name)
