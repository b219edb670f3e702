"""What a data set is called on pages; the name of an imported one is a key, and is shown to nobody."""

from __future__ import annotations

from clsf.data import catalogue
from clsf.ui.text import words


def data_name(name: str) -> str:
    """Return the short name of a built-in set, or the title of an imported one, in the reader's language."""
    called = catalogue.called(name)
    return called if isinstance(called, str) else words(called)
