"""The one training service of this server process: opened when a page needs it or once the first is seen, shared by all sessions."""

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

_refused: set[str] = set()  # why the service could not be opened, as the log was told
_tried = False  # whether a session has asked for it


def get_service() -> TrainingService:
    """Return the service. Tests replace this function, so callers say `service_access.get_service()`."""
    return _opened()


def begin() -> None:
    """Open the service beside the page: loading dask takes half a second, for which no page waits that only shows something.

    Then load what the first table needs, for the same reason.
    """
    if not _tried:
        threading.Thread(target=_attempt, args=(get_service,), daemon=True, name="open-service").start()


def _attempt(open_it: Callable[[], TrainingService]) -> None:
    with suppress(ClsfError):  # who needs the service says what is wrong with it
        open_it()
    import pandas  # noqa: F401

    _set_aside()


def at_hand() -> TrainingService | None:
    """Return the service; None while nobody has needed it yet: nothing trains then. Raises ClsfError if it can't be opened."""
    return get_service() if _tried else None


@st.cache_resource(show_spinner=False, on_release=lambda service: service.close())
def _opened() -> TrainingService:
    global _tried
    try:
        run_log.configure()
        service = open_service()
    except ClsfError as error:  # a setting that can't be used, most of all; each page tries again, and the log hears of it once
        if str(error) not in _refused:
            _refused.add(str(error))
            logger.error("The dashboard can't train: %s", error)
        raise
    finally:
        _tried = True
    _set_aside()
    return service


def _set_aside() -> None:
    """Leave what is loaded by now, which stays until the end, out of the search for garbage.

    With a class at work that search took 160 ms every three seconds, in which no page was answered.
    """
    gc.collect()
    gc.freeze()
