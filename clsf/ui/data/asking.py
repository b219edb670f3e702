"""Asking a worker about images; what was asked before is answered from memory."""

from __future__ import annotations

import streamlit as st

from clsf.data import private
from clsf.errors import ClsfError
from clsf.ui.shared import service_access
from clsf.ui.shared.text import sentence

TIMEOUT = 60.0  # seconds; a large set that is prepared for the first time takes some


def ask(framework: str, function: str, *args: object, stamp: object = None) -> object | None:
    """Return what a job says; None, with a word about it on the page, if no worker could be asked.

    `stamp` is anything else that the answer depends on, such as a data set's checksum. Args are plain values.
    """
    try:
        private.require(args)  # what was answered to one reader is not for all
        return _asked(framework, function, repr((args, stamp)), args, service_access.get_service())
    except ClsfError as error:
        st.info(sentence(error.sentence), icon=":material/hourglass_empty:")
        return None


@st.cache_data(show_spinner=False, max_entries=60, ttl=24 * 3600)
def _asked(framework: str, function: str, key: str, _args: tuple, _service: object) -> object:
    return _service.call(framework, function, *_args, timeout=TIMEOUT)
