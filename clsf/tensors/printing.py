"""What one thread prints, caught without silencing the others: a worker trains in another thread meanwhile."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

MAX_PRINTED = 20_000  # characters kept


class _ByThread(io.TextIOBase):
    """Stands in for sys.stdout: a thread that is listened to writes into its buffer, every other one to `out`."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.buffers: dict[int, io.StringIO] = {}

    def write(self, text: str) -> int:
        buffer = self.buffers.get(threading.get_ident())
        if buffer is None:
            return self.out.write(text)
        if buffer.tell() < MAX_PRINTED:
            buffer.write(text)
        return len(text)

    def flush(self) -> None:
        self.out.flush()


_lock = threading.Lock()
_listening = 0
_stand_in: _ByThread | None = None


@contextmanager
def printed() -> Iterator[io.StringIO]:
    """Catch what this thread prints while the block runs."""
    global _listening, _stand_in
    thread, buffer = threading.get_ident(), io.StringIO()
    with _lock:
        if _stand_in is None:
            _stand_in = sys.stdout = _ByThread(sys.stdout)
        stand_in = _stand_in
        _listening += 1
        outer = stand_in.buffers.get(thread)
        stand_in.buffers[thread] = buffer
    try:
        yield buffer
    finally:
        with _lock:
            if outer is None:
                del stand_in.buffers[thread]
            else:
                stand_in.buffers[thread] = outer
            _listening -= 1
            if not _listening and sys.stdout is stand_in:
                sys.stdout, _stand_in = stand_in.out, None
