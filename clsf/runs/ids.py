"""Ids of runs, groups and experiments: they can't be guessed, and none contains `__`, which component names must not have."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """Return a new name of 12 letters, digits, `-` and `_`: 72 random bits."""
    while "__" in (new := secrets.token_urlsafe(9)):
        pass
    return new
