"""A private folder for dask's files, because workers import from it.

This program creates it, only this user can read it, and it is removed afterwards.

dask's own choice is one folder for all in the system's temporary folder, which it uses even if another user made it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import psutil

PREFIX = "clsf-scratch-"


def make() -> Path:
    """Return a new folder that only this user may open (0700). Folders of programs that were killed are removed first."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, ValueError):
            if _ours(old) and not psutil.pid_exists(int(old.name.removeprefix(PREFIX).partition("-")[0])):
                remove(old)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))


def remove(folder: Path) -> None:
    """Remove the folder with everything in it, if it exists."""
    shutil.rmtree(folder, ignore_errors=True)


def _ours(folder: Path) -> bool:
    return not folder.is_symlink() and (not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid())
