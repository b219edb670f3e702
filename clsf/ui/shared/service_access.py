"""The one training service of this server process: opened when the first page needs it, shared by all sessions."""

from __future__ import annotations

import gc
import logging

import streamlit as st

from clsf.engine import run_log
from clsf.errors import ClsfError
from clsf.training_service import TrainingService, open_service

logger = logging.getLogger("clsf.ui")

_refused: set[str] = set()  # why the service could not be opened, as the log was told


def get_service() -> TrainingService:
    """Return the service. Tests replace this function, so callers say `service_access.get_service()`."""
    return _opened()


@st.cache_resource(show_spinner=False, on_release=lambda service: service.close())
def _opened() -> TrainingService:
    try:
        run_log.configure()
        service = open_service()
    except ClsfError as error:  # a setting that can't be used, most of all; each page tries again, and the log hears of it once
        if str(error) not in _refused:
            _refused.add(str(error))
            logger.error("The dashboard can't train: %s", error)
        raise
    # What is loaded by now stays until the end. Set aside, it is not looked through for garbage again and again: with a class
    # at work that took 160 ms every three seconds, in which no page was answered.
    gc.collect()
    gc.freeze()
    return service
