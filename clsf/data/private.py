"""Private images of one reader: only the holder of the owner's key sees, saves and removes them; kept for a while, or for good.

A set stores its owner in its meta.json, as the hash of the owner's key; see `clsf.data.access` for the current reader. Its name
identifies a set but gives no access: it is in plans and links, and others see a reference in its place.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from clsf.data import access, cache, catalogue
from clsf.data.layout import class_name
from clsf.errors import DataError

KEEP = 24 * 3600
"""Seconds after the last use until an unsaved private set is removed."""

TOUCH = 600  # seconds; the minimum time between two recorded uses

NAME = re.compile(re.escape(catalogue.IMPORTED) + "[0-9a-f]{24}")


def is_name(name: object) -> bool:
    """Return whether a name has the form of a private set's name."""
    return isinstance(name, str) and NAME.fullmatch(name) is not None


def own() -> list[str]:
    """Return the names of the reader's own sets on this machine, including those saved for everyone; none for the program."""
    if access.reader() in (access.PROGRAM, access.NOBODY):
        return []
    return [name for name in cache.names() if is_name(name) and access.may_change(cache.described(name)) and use(name)]


def is_here(name: str) -> bool:
    """Return whether there is such a set on this machine, whoever owns it."""
    return bool(cache.described(name))


def for_everybody(name: str) -> bool:
    """Return whether a private set was saved for all users of this machine."""
    return cache.described(name).get("private") is False


def use(name: str) -> bool:
    """Return whether there is a set of this name that the reader may see, and extend its lifetime."""
    if not is_name(name) or not catalogue.is_cached(name):
        return False
    if time.time() - cache.used(name) > TOUCH:
        cache.used(name, now=True)
    return True


def save(name: str, title: str, everyone: bool = False) -> None:
    """Save a private set permanently under a title; `everyone`: also list it for all users of this machine.

    Raises DataError if there is no such set, it belongs to someone else, or the title is empty.
    """
    _require_own(name)
    if not title.strip():
        raise DataError("A name is needed under which the images are saved. Type one.")
    cache.change(name, title=class_name(title), saved=True, private=not everyone)


def remove(name: str) -> None:
    """Remove a private set from this machine, saved or not. Raises DataError if it belongs to someone else."""
    if is_name(name) and name in cache.names():
        _require_own(name, whole=False)
        cache.remove(name)


def _require_own(name: str, whole: bool = True) -> None:
    if not is_name(name) or name not in cache.names() or (whole and not catalogue.is_cached(name)):
        raise DataError("These images are not here any more. Upload them again.")
    if not access.may_change(cache.described(name)):
        raise DataError("These images belong to somebody else, who alone can save or remove them.")


def require(value: object) -> None:
    """Raise DataError if a value, however deep, names a private set that the reader may not see.

    For values that are sent to a worker, which opens any set it is asked for.
    """
    if access.reader() is access.PROGRAM:
        return
    for name in _names_in(value, 0):
        catalogue.info(name)


def _names_in(value: object, depth: int) -> set[str]:
    if isinstance(value, str):
        return set(NAME.findall(value)) if len(value) < 10_000_000 and catalogue.IMPORTED in value else set()
    if depth > 20:
        return set()
    if isinstance(value, dict):
        return set().union(*(_names_in(v, depth + 1) for pair in value.items() for v in pair), ())
    if isinstance(value, list | tuple | set | frozenset):
        return set().union(*(_names_in(v, depth + 1) for v in value), ())
    fields = getattr(type(value), "__dataclass_fields__", None)
    if fields:
        return set().union(*(_names_in(getattr(value, name, None), depth + 1) for name in fields), ())
    return set()


def sweep(now: float | None = None) -> list[str]:
    """Remove the sets that were neither saved nor used for a while; return the names."""
    now = time.time() if now is None else now
    gone = []
    for name in filter(is_name, cache.names()):
        try:
            saved = (cache.facts(name) or {}).get("saved", True)
        except DataError:
            saved = False  # damaged: not usable
        if not saved and now - cache.used(name) > KEEP:
            cache.remove(name)
            gone.append(name)
    return gone


# Owners.


def hand_over(old: str, new: str) -> None:
    """Transfer all sets of one owner to another: both are the same person, who has proved it."""
    if old and new and old != new:
        for name in filter(is_name, cache.names()):
            if cache.described(name).get("owner") == old:
                cache.change(name, owner=new)


def belongs(owner: str) -> bool:
    """Return whether any set belongs to this owner."""
    return bool(owner) and any(cache.described(name).get("owner") == owner for name in filter(is_name, cache.names()))


def settle(first_user: Callable[[str], str | None]) -> None:
    """Give each set of an older version, whose name was the key, to its owner: the first who trained with it, from `first_user`.

    A set that was never trained with stays without an owner, for `claim`.
    """
    for name in filter(is_name, cache.names()):
        if without_owner(name):
            owner = first_user(name)
            if owner:
                cache.change(name, owner=owner)


def claim(name: str, owner: str) -> bool:
    """Give a set of an older version that no run names to the first person who opens its link; return whether this was done.

    Until then only that link, which only its owner had, contained the name.
    """
    if not owner or not without_owner(name):
        return False
    cache.change(name, owner=owner)
    return True


def without_owner(name: object) -> bool:
    """Return whether this is a private set of an older version, which did not store its owner."""
    if not is_name(name):
        return False
    described = cache.described(name)
    return bool(described.get("private")) and not described.get("owner") and _whole(name)


def _whole(name: str) -> bool:
    try:
        return cache.facts(name) is not None
    except DataError:
        return False
