"""Numbers: behaves like a list of floats, and grows while others read."""

from __future__ import annotations

import math
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clsf.runs.numbers import Numbers

FLOATS = st.lists(st.floats(allow_nan=False), max_size=30)


@given(FLOATS, FLOATS, st.slices(40))
def test_reads_as_a_list_does(first, more, part):
    numbers, plain = Numbers(first), list(first)
    numbers.extend(more)
    plain.extend(more)
    assert numbers == plain
    assert list(numbers) == plain
    assert len(numbers) == len(plain)
    assert bool(numbers) == bool(plain)
    assert numbers[part] == plain[part]
    assert numbers[-1:] == plain[-1:]
    assert np.asarray(numbers).tolist() == plain
    assert pd.Series(numbers, dtype="float64").tolist() == plain


def test_one_by_one():
    numbers = Numbers([0.5])
    numbers.extend([math.nan])
    assert numbers[0] == 0.5
    assert math.isnan(numbers[-1])
    assert numbers != Numbers([0.5])
    with pytest.raises(IndexError):
        numbers[2]


def test_all_or_nothing_is_appended():
    numbers = Numbers([1.0])
    with pytest.raises(TypeError):
        numbers.extend([2.0, None])
    assert numbers == [1.0]


def test_grows_while_an_array_of_it_is_held():
    numbers = Numbers([1.0, 2.0])
    held, frame = np.asarray(numbers), pd.DataFrame({"x": numbers})
    numbers.extend([3.0])  # array.array refuses this while its buffer is exported
    held[0] = 9.0
    assert numbers == [1.0, 2.0, 3.0]
    assert frame["x"].tolist() == [1.0, 2.0]


def test_grows_while_many_read():
    numbers, wrong, over = Numbers(), [], threading.Event()

    def read() -> None:
        while not over.is_set():
            seen = np.asarray(numbers)
            if not np.array_equal(seen, np.arange(len(seen))) or list(numbers)[: len(seen)] != seen.tolist():
                wrong.append(seen)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for start in range(0, 3000, 10):
        numbers.extend(range(start, start + 10))
    over.set()
    for reader in readers:
        reader.join(10)
    assert not wrong
    assert len(numbers) == 3000


def test_takes_a_quarter_of_the_room():
    count = 10_000
    plain = [float(n) for n in range(count)]
    numbers = Numbers(plain)
    room = sys.getsizeof(numbers._values)
    assert room < 0.3 * (sys.getsizeof(plain) + count * sys.getsizeof(1.0))
