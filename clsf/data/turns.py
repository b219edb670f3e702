"""Turns: of work that takes memory and cores, so much at once on the whole server, and of one reader one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BEAT = 0.25  # seconds between two words to who waits, in which they may cancel


class Turns:
    """Thread-safe. Who came first has the first turn, but for readers who are being served already."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._waiting: list[tuple[object, str | None]] = []
        self._served: list[tuple[object, str | None]] = []

    @contextmanager
    def turn(self, owner: str | None, most: int, told: Callable[[int], None]) -> Iterator[None]:
        """Wait until fewer than `most` are served and none of them is `owner`'s (None: the program, which has many at once).

        While it waits, `told` is called again and again with how many are before it; if that raises, the place is given up.
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
                told(before)  # out of the lock, for it may take its time
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
