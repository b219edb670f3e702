"""The folder for data sets on this machine."""

from __future__ import annotations

from pathlib import Path

from clsf.settings import folder as folder_in


def data_folder() -> Path:
    """Return $CLSF_DATA, otherwise the place where this system keeps caches."""
    if chosen := folder_in("CLSF_DATA"):
        return chosen
    from platformdirs import user_cache_path

    return user_cache_path("clsf", appauthor=False)
