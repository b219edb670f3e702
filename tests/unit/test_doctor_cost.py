"""While a run trains, checking it for faults takes at most a hundredth of its time."""

from __future__ import annotations

import math
import random
import time

from clsf.faults.doctor import diagnose, looked_at
from clsf.faults.history import EpochNumbers, History, RunFacts

STEP = 0.001
"""Seconds of a quick step: the smallest preset on 8×8 images, 32 at once, on one core without other work."""

FACTS = RunFacts(
    classes=10, batch_size=32, dead=("1", 0.1), update_ratio=0.001, first_to_last_gradient=1.0, inputs=(0.0, 1.0), optimizer="adam", learning_rate=0.001
)  # fmt: skip


def run_of(epochs: int, each: int) -> History:
    """Return the history of a healthy run so far."""
    chance, count = random.Random(0), epochs * each
    losses = tuple(2.3 * math.exp(-3 * n / count) + chance.gauss(0, 0.05) for n in range(count))
    told = [2.3 * math.exp(-3 * n / epochs) for n in range(epochs)]
    return History(
        tuple(EpochNumbers(loss, 1 - loss / 3, 1.1 * loss, 1 - loss / 2.9) for loss in told), losses, tuple(1 - loss / 3 for loss in losses),
        (1.0,) * count, (0.001,) * count, over=False, speeds=(5000.0,) * count,
    )  # fmt: skip


def test_a_long_run_is_looked_at_less_and_less_often():
    looks = {looked_at(epochs) for epochs in range(1, 1001)}
    assert set(range(1, 11)) <= looks
    assert len(looks) < 65
    assert all(looked_at(epochs) <= epochs < 1.2 * looked_at(epochs) + 1 for epochs in range(1, 1001))


def test_all_looks_at_a_run_take_less_than_a_hundredth_of_its_time():
    """In CPU time of this thread, so that other programs don't matter."""
    diagnose(run_of(2, 40), FACTS)  # loads what is loaded once
    for epochs, each in ((10, 40), (300, 40)):
        taken = 0.0
        for look in sorted({looked_at(epoch) for epoch in range(1, epochs + 1)}):
            history = run_of(look, each)
            taken += min(_look(history) for _ in range(3))
        assert taken < 0.01 * STEP * epochs * each, (epochs, taken)


def _look(history: History) -> float:
    began = time.thread_time()
    assert diagnose(history, FACTS) == ()
    return time.thread_time() - began
