"""A private folder for what dask writes, for workers import from it: made by us, readable by nobody else, removed afterwards.

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
    """Return a new folder that only this user may open (0700). Those of programs that were killed are removed first."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, ValueError):
            if _ours(old) and not psutil.pid_exists(int(old.name.removeprefix(PREFIX).partition("-")[0])):
                remove(old)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))


def remove(folder: Path) -> None:
    """Remove it with all that is in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def _ours(folder: Path) -> bool:
    return not folder.is_symlink() and (not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid())
