"""Writing a .npy file a few rows at a time, for arrays that should not be held in memory as a whole.

Not a writable memory map: on a full disk, writing to a map kills the process, writing to a file raises OSError.
"""

from __future__ import annotations

import io
from pathlib import Path
from types import TracebackType

import numpy as np


class Rows:
    """A .npy file of uint8 rows, complete once the `with` block ends. The number of rows need not be known in advance."""

    def __init__(self, path: Path, row: tuple[int, ...]) -> None:
        self.count = 0
        self._row = row
        self._file = path.open("wb")
        self._file.write(self._header())

    def append(self, rows: np.ndarray) -> None:
        """Write rows, uint8 (n, *row)."""
        self._file.write(np.ascontiguousarray(rows, np.uint8))
        self.count += len(rows)

    def _header(self) -> bytes:
        # NumPy pads headers such that the first axis can grow: this one has the same length for every count.
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "|u1", "fortran_order": False, "shape": (self.count, *self._row)}
        )
        return header.getvalue()

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._file:
            if error is None:
                self._file.seek(0)
                self._file.write(self._header())
