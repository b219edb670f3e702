"""A generator that runs in a thread, so that a page can read what it has yielded so far: a lockstep, or the steps of a gap."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from clsf.data import access
from clsf.errors import ClsfError
from clsf.words import Sentence, say

logger = logging.getLogger("clsf.compare")


class Background:
    """Collects what a generator yields. `version` grows with every item and once more at the end.

    Works on behalf of the reader who starts it. Written by its own thread, read by any thread: `items` only grows. `start` is
    called with a function that returns whether to stop, and returns the generator.
    """

    def __init__(self, start: Callable[[Callable[[], bool]], Iterator[object]]) -> None:
        self.items: list[object] = []
        self.failure: Sentence | None = None  # why it ended, if it could not go on
        self.over = False
        self.version = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(start, access.reader()), name="clsf-compare", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the generator to end after its current item; items yielded so far stay."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait at most `seconds` until the generator has ended. Return whether it has."""
        self._thread.join(seconds)
        return self.over

    def _run(self, start: Callable[[Callable[[], bool]], Iterator[object]], reader: str | None) -> None:
        try:
            with access.working_for(reader):
                for item in start(self._stop.is_set):
                    self.items.append(item)
                    self.version += 1
        except ClsfError as error:
            self.failure = error.sentence
        except Exception as error:
            logger.exception("A comparison failed")
            self.failure = say(
                "The comparison failed with {kind}: {message}.", kind=type(error).__name__, message=str(error)[:300]
            )
        finally:
            self.over = True
            self.version += 1
