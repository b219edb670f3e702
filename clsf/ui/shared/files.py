"""Keeps files that a page offers until the browser has had time to fetch them, and makes them for that page's reader.

Streamlit 1.67 drops files that no page shows any more whenever a run of any session ends. A file that is made when its button
is pressed is on no page, so with a busy class it was gone before a slow browser requested it; likewise an image of a page that
is being redrawn. Such a file is made in a thread without a session, which therefore gets the reader from the page.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit import runtime

from clsf.data import access
from clsf.ui.shared import language

SECONDS = 30.0  # between two cleanups of files; a file made on a press is dropped at the second cleanup


@st.cache_resource(show_spinner=False)
def keep() -> None:
    """Make this server drop files rarely, and make them for the right reader in that reader's language.

    Call at the start of a page; only the first call has an effect."""
    if runtime.exists():
        files = runtime.get_instance().media_file_mgr
        patient(files)
        personal(files)


def personal(files: Any) -> None:
    """Make a MediaFileManager create each file for the reader whose page offers it; see `clsf.data.access`."""
    add = files.add_deferred

    def add_for_reader(data_callable: Callable[[], Any], *args: Any, **kwargs: Any) -> str:
        return add(access.carried(language.carried(data_callable)), *args, **kwargs)

    files.add_deferred = add_for_reader


def patient(files: Any, seconds: float = SECONDS) -> None:
    """Make a MediaFileManager clean up at most once within a number of seconds."""
    tidy, last, lock = files.remove_orphaned_files, time.monotonic(), threading.Lock()

    def tidy_sometimes() -> None:
        nonlocal last
        with lock:  # two simultaneous sessions would count as the two cleanups after which a file is gone
            if time.monotonic() - last < seconds:
                return
            last = time.monotonic()
        tidy()

    files.remove_orphaned_files = tidy_sometimes
