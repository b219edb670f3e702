"""What a page offers as a file stays until the browser had the time to fetch it, and is made for the reader of that page.

Streamlit 1.67 forgets files that no page shows any more whenever a run of any session ends. A file that is made when its button
is pressed is shown by no page, so with a class at work it was gone before a browser far away asked for it; likewise an
image of a page that is just drawn again. It is made in a thread that knows no session: it is told whose page asked for it.
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

SECONDS = 30.0  # between two times that files are forgotten; one made on a press is forgotten at the second of them


@st.cache_resource(show_spinner=False)
def keep() -> None:
    """Have this server forget files rarely, and make them for the right reader, in the reader's language. Call at the beginning of a page; only the first call does something."""
    if runtime.exists():
        files = runtime.get_instance().media_file_mgr
        patient(files)
        personal(files)


def personal(files: Any) -> None:
    """Have a MediaFileManager make each file for the reader whose page offers it; see `clsf.data.access`."""
    add = files.add_deferred

    def add_for_reader(data_callable: Callable[[], Any], *args: Any, **kwargs: Any) -> str:
        return add(access.carried(language.carried(data_callable)), *args, **kwargs)

    files.add_deferred = add_for_reader


def patient(files: Any, seconds: float = SECONDS) -> None:
    """Have a MediaFileManager do its tidying at most once within a number of seconds."""
    tidy, last, lock = files.remove_orphaned_files, time.monotonic(), threading.Lock()

    def tidy_sometimes() -> None:
        nonlocal last
        with lock:  # two sessions at once would be the two times after which a file is gone
            if time.monotonic() - last < seconds:
                return
            last = time.monotonic()
        tidy()

    files.remove_orphaned_files = tidy_sometimes
