"""One process per framework: TensorFlow and PyTorch can't share one, and pytest must load neither.

A process starts for the first test that needs it and serves all later tests. It runs functions of `tests.inside`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

from clsf import FRAMEWORKS
from tests import inside


class Process:
    """A process with one framework."""

    def __init__(self, framework: str) -> None:
        self.framework = framework
        self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
        self._started = self._pool.submit(inside.start, framework)

    def begin(self, function: Callable, *values: object):
        """Start `function(*values)` in the process; return its future."""
        return self._pool.submit(function, *values)

    def run(self, function: Callable, *values: object):
        """Return `function(*values)`, computed in the process. A missing framework is an error, never a skip."""
        future = self.begin(function, *values)
        self._started.result()
        return future.result()


@cache
def process(framework: str) -> Process:
    return Process(framework)


def both(function: Callable, *values: object) -> list:
    """Return the result of `function(*values)` in each framework, TensorFlow first; both compute at the same time."""
    processes = [process(framework) for framework in FRAMEWORKS]
    futures = [p.begin(function, *values) for p in processes]
    for p in processes:
        p.run(len, ())  # raises if a framework did not start
    return [future.result() for future in futures]
