"""Limits the bytes of uploaded files in memory, per session and in total: uploads beyond that are refused with 413.

Streamlit keeps every uploaded file until its widget or session is gone, and limits only the size of a single file.
"""

from __future__ import annotations

import threading
from typing import Any

import streamlit as st
from streamlit import runtime

from clsf.data import temporary
from clsf.errors import ClsfError
from clsf.settings import Settings, read

MB = 1_000_000


@st.cache_resource(show_spinner=False)
def limit() -> None:
    """Make this server refuse uploads beyond the settings. Call at the start of a page; only the first call has an effect."""
    if runtime.exists():
        temporary.begin()  # at the very first page, whichever it is: nothing remains of earlier uploads
        try:
            settings = read()
        except ClsfError:  # the page that needs the service shows the error
            settings = Settings()
        limited(runtime.get_instance().uploaded_file_mgr, settings)


def limited(files: Any, settings: Settings) -> None:
    """Make a MemoryUploadedFileManager accept no more than the settings allow. It then raises an HTTPException, 413."""
    add, lock = files.add_file, threading.Lock()

    def add_within(session_id: str, file: Any) -> None:
        from starlette.exceptions import HTTPException

        with lock:
            sizes = {
                session: sum(len(f.data) for f in list(held.values())) for session, held in list(files.file_storage.items())
            }
            size = len(file.data)
            if (
                sizes.get(session_id, 0) + size > settings.held_mb_per_session * MB
                or sum(sizes.values()) + size > settings.held_mb * MB
            ):
                raise HTTPException(status_code=413, detail="Too much is uploaded already")
            add(session_id=session_id, file=file)

    files.add_file = add_within
