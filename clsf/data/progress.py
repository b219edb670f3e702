"""Progress reports of long work. A callback that raises cancels the work."""

from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, total): stage "download" counts bytes, "read" and "prepare" count images; total 0: unknown. In stage
"wait" no work is done yet, and `total` is the number of requests before this one."""

EVERY = 0.1  # seconds


def silent(stage: str, done: int, total: int) -> None:
    """Report nothing."""


class Paced:
    """Pass reports on at most ten times a second, but always the first and the last of a stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage, self._said = "", 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self._stage or done == total or now - self._said >= EVERY:
            self._stage, self._said = stage, now
            self._progress(stage, done, total)
