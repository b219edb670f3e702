"""Long work in a thread: its progress can be read at any time, and it can be cancelled."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from clsf.data import access
from clsf.data.progress import Progress
from clsf.errors import ClsfError
from clsf.words import Sentence, say

logger = logging.getLogger("clsf.data")


class Cancelled(Exception):  # noqa: N818  it is no error
    """Raised inside the work when a user cancelled it."""


class Task:
    """Runs `work(progress)` for the reader who starts it. Written by its own thread, read by any."""

    def __init__(self, work: Callable[[Progress], object]) -> None:
        self.news: tuple[str, int, int] = ("", 0, 0)  # stage, done, total: see clsf.data.progress
        self.result: object = None
        self.failure: Sentence | None = None
        self.cancelled = False
        self.over = False
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(access.carried(work),), name="clsf-data", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to stop; it does so at its next progress report."""
        self._cancel.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended, at most `seconds`. Return whether it has."""
        self._thread.join(seconds)
        return self.over

    def _told(self, stage: str, done: int, total: int) -> None:
        if self._cancel.is_set():
            raise Cancelled
        self.news = (stage, done, total)

    def _run(self, work: Callable[[Progress], object]) -> None:
        try:
            self.result = work(self._told)
        except Cancelled:
            self.cancelled = True
        except ClsfError as error:
            self.failure = error.sentence
        except Exception as error:
            logger.exception("Work on images failed")
            self.failure = say("It failed with {kind}: {message}.", kind=type(error).__name__, message=str(error)[:300])
        finally:
            self.over = True
