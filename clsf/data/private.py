"""Images of one student: who knows the set's name sees them, nobody else is told it; kept for a while, or saved.

The name has 24 random-looking hexadecimal digits, made from the images and a secret of the browser session, as a run's id has
its own: it stands in the student's own link, and in no list that others see.
"""

from __future__ import annotations

import re
import time

from clsf.data import cache, catalogue
from clsf.data.layout import class_name
from clsf.errors import DataError

KEEP = 24 * 3600
"""Seconds after the last use for which a private set stays that was not saved."""

TOUCH = 600  # seconds; a use is written down at most so often

NAME = re.compile(re.escape(catalogue.IMPORTED) + "[0-9a-f]{24}")


def is_name(name: object) -> bool:
    """Return whether this is what names of private sets look like."""
    return isinstance(name, str) and NAME.fullmatch(name) is not None


def use(name: str) -> bool:
    """Return whether there is a private set of this name, and keep it for a while longer."""
    if not is_name(name) or not catalogue.is_cached(name):
        return False
    if time.time() - cache.used(name) > TOUCH:
        cache.used(name, now=True)
    return True


def save(name: str, title: str, everyone: bool = False) -> None:
    """Keep a private set for good under a title; `everyone`: also list it to all who use this machine.

    Raises DataError if there is no such set, or the title is empty.
    """
    if not use(name):
        raise DataError("These images are not here any more. Upload them again.")
    if not title.strip():
        raise DataError("A name is needed under which the images are saved. Type one.")
    cache.change(name, title=class_name(title), saved=True, private=not everyone)


def remove(name: str) -> None:
    """Take a private set off this machine, saved or not."""
    if is_name(name):
        cache.remove(name)


def sweep(now: float | None = None) -> list[str]:
    """Take away what was neither saved nor used for a while; return the names."""
    now = time.time() if now is None else now
    gone = []
    for name in filter(is_name, cache.names()):
        try:
            saved = (cache.facts(name) or {}).get("saved", True)
        except DataError:
            saved = False  # damaged: nobody can use it
        if not saved and now - cache.used(name) > KEEP:
            cache.remove(name)
            gone.append(name)
    return gone
