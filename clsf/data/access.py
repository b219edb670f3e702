"""Who asks for images: the program itself, or one reader, known by the hash of a key that only they have.

A private set is opened, saved and removed by its owner alone; its name opens nothing. In the app every thread that does not say
for whom it works is nobody, so that a place that forgets to say it shows too little, never too much. Workers and the command
line are the program itself: what reaches a worker was asked for in the app.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

PROGRAM = None
NOBODY = ""

_unsaid = object()
_here: contextvars.ContextVar[object] = contextvars.ContextVar("clsf_reader", default=_unsaid)
_asked_by: Callable[[], str | None] | None = None


def ask(who: Callable[[], str | None]) -> None:
    """Have this process ask `who` for the reader wherever none was named: the app does so when it begins."""
    global _asked_by
    _asked_by = who


def reader() -> str | None:
    """Return whose work is done here: an owner's hash, NOBODY, or PROGRAM."""
    key = _here.get()
    if key is _unsaid:
        return PROGRAM if _asked_by is None else _asked_by()
    return key  # type: ignore[return-value]


@contextmanager
def working_for(owner: str | None) -> Iterator[None]:
    """Do what follows in this thread for an owner, or as the PROGRAM."""
    token = _here.set(owner)
    try:
        yield
    finally:
        _here.reset(token)


def carried(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same work, done for today's reader in whichever thread it is called."""
    owner = reader()

    def done(*args: object, **kwargs: object) -> object:
        with working_for(owner):
            return work(*args, **kwargs)

    return done


def may_read(meta: Mapping[str, object]) -> bool:
    """Return whether the reader may see the images of a set with this meta.json."""
    return not meta.get("private", False) or may_change(meta)


def may_change(meta: Mapping[str, object]) -> bool:
    """Return whether the reader may save or remove a set with this meta.json."""
    asking = reader()
    return asking is PROGRAM or (asking != NOBODY and meta.get("owner") == asking)
