"""The one training service of this server process, shared by all sessions: opened on demand or after the first page is shown."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from clsf.engine import run_log
from clsf.errors import ClsfError
from clsf.training_service import TrainingService, open_service

logger = logging.getLogger("clsf.ui")

_refused: set[str] = set()  # why the service could not be opened, as already logged
_tried = False  # whether a session has asked for it


def get_service() -> TrainingService:
    """Return the service. Tests replace this function, so callers say `service_access.get_service()`."""
    return _opened()


def begin() -> None:
    """Open the service in the background: loading dask takes half a second, and pages that only show something do not wait for it.

    Then load the modules for the first table, for the same reason.
    """
    if not _tried:
        threading.Thread(target=_attempt, args=(get_service,), daemon=True, name="open-service").start()


def _attempt(open_it: Callable[[], TrainingService]) -> None:
    with suppress(ClsfError):  # code that needs the service reports its error
        open_it()
    import pandas  # noqa: F401

    _set_aside()


def at_hand() -> TrainingService | None:
    """Return the service; None if no session has needed it yet: then nothing trains. Raises ClsfError if it can't be opened."""
    return get_service() if _tried else None


@st.cache_resource(show_spinner=False, on_release=lambda service: service.close())
def _opened() -> TrainingService:
    global _tried
    try:
        run_log.configure()
        service = open_service()
    except ClsfError as error:  # usually an invalid setting; each page tries again, and the error is logged once
        if str(error) not in _refused:
            _refused.add(str(error))
            logger.error("The dashboard can't train: %s", error)
        raise
    finally:
        _tried = True
    _set_aside()
    return service


def _set_aside() -> None:
    """Exclude the objects loaded so far, which stay until the end, from garbage collection.

    With a busy class, garbage collection took 160 ms every three seconds, during which no page was served.
    """
    gc.collect()
    gc.freeze()
