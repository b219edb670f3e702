"""A ready-trained run in each framework, as capsules: for whoever waits in the queue, and for tests of hand-ins.

Both are what `python -m clsf train --data digits --model lecture-cnn --epochs 10` wrote.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from clsf import FRAMEWORKS


@cache
def packed(framework: str) -> bytes:
    """Return the capsule of the example run in a framework."""
    return files(__name__).joinpath(f"{framework}.clsf.zip").read_bytes()


def all_packed() -> dict[str, bytes]:
    """Return framework -> capsule."""
    return {framework: packed(framework) for framework in FRAMEWORKS}
