"""Numbers: a list of floats that only grows, at 8 bytes each instead of 32, because a class trains millions of steps a day."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np


class Numbers(Sequence[float]):
    """Written by one thread and read by many. `numpy.asarray` copies: memory that is lent out could not grow."""

    __slots__ = ("_values",)

    def __init__(self, values: Iterable[float] = ()) -> None:
        self._values = array("d", values)

    def extend(self, values: Iterable[float]) -> None:
        """Append all values, or none if one of them is not a number (TypeError)."""
        self._values.extend(array("d", values))

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> float: ...

    @overload
    def __getitem__(self, index: slice) -> list[float]: ...

    def __getitem__(self, index: int | slice) -> float | list[float]:
        value = self._values[index]
        return value.tolist() if isinstance(value, array) else value

    def __iter__(self) -> Iterator[float]:
        return iter(self._values[:])

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        # A slice is a copy without other users, so lending its memory to NumPy does no harm.
        return np.asarray(self._values[:], dtype=dtype)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Numbers):
            return self._values == other._values
        return self._values.tolist() == list(other) if isinstance(other, list | tuple) else NotImplemented

    __hash__ = None

    def __repr__(self) -> str:
        return f"Numbers({self._values.tolist()!r})"
