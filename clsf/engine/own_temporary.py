"""A worker's own folder for temporary files, which dask removes when the worker ends, even if it is killed.

TensorFlow writes the programs that it generates there, and removes them only when its process ends normally.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

NAME = "tmp"


def dask_setup(worker: Any) -> None:
    """Apply it in a worker's process: dask calls this before anything runs there, and processes that it starts inherit it."""
    own = Path(worker.local_directory, NAME)
    own.mkdir(mode=0o700, exist_ok=True)
    tempfile.tempdir = os.environ["TMPDIR"] = str(own)
