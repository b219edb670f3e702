"""The current reader, for access to images: the program itself, or one reader, known by the hash of a key that only they have.

A private set is opened, saved and removed by its owner alone; its name gives no access. In the app, a thread that does not name
its reader works for NOBODY, so that code that forgets to name one shows too little, never too much. Workers and the command
line are the program itself: a worker only gets requests that the app has checked.
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
    """Have this process call `who` for the reader where none was set: the app does so at startup."""
    global _asked_by
    _asked_by = who


def reader() -> str | None:
    """Return the current reader: an owner's hash, NOBODY, or PROGRAM."""
    key = _here.get()
    if key is _unsaid:
        return PROGRAM if _asked_by is None else _asked_by()
    return key  # type: ignore[return-value]


@contextmanager
def working_for(owner: str | None) -> Iterator[None]:
    """Run the `with` block in this thread for an owner, or as the PROGRAM."""
    token = _here.set(owner)
    try:
        yield
    finally:
        _here.reset(token)


def carried(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same function, bound to the current reader, whichever thread calls it."""
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
