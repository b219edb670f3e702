"""A queue for work that takes memory and cores: a limited number at once on the whole server, and one at a time per reader."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BEAT = 0.25  # seconds between two messages to a waiting reader, who may cancel then


class Turns:
    """A queue. Thread-safe. First come, first served, but readers who are already being served have to wait."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._waiting: list[tuple[object, str | None]] = []
        self._served: list[tuple[object, str | None]] = []

    @contextmanager
    def turn(self, owner: str | None, most: int, told: Callable[[int], None]) -> Iterator[None]:
        """Wait until fewer than `most` are served and none of them is `owner`'s (None: the program, which may have many at once).

        While it waits, `told` is called repeatedly with the number of requests before it; if `told` raises, the place is given up.
        """
        mine = (object(), owner)
        with self._news:
            self._waiting.append(mine)
        try:
            while True:
                with self._news:
                    if self._is_next(mine, most):
                        self._waiting.remove(mine)
                        self._served.append(mine)
                        break
                    before = self._waiting.index(mine) + len(self._served)
                told(before)  # outside the lock, because it may take long
                with self._news:
                    if not self._is_next(mine, most):
                        self._news.wait(BEAT)
            yield
        finally:
            with self._news:
                for line in (self._waiting, self._served):
                    if mine in line:
                        line.remove(mine)
                self._news.notify_all()

    def _is_next(self, mine: tuple[object, str | None], most: int) -> bool:
        if len(self._served) >= most:
            return False
        busy = {owner for _, owner in self._served} - {None}
        return next((one for one in self._waiting if one[1] not in busy), None) is mine
