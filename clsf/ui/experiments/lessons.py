"""The prose of the Experiments page: what stands before its first heading, and the part of each experiment."""

from __future__ import annotations

import re

from clsf.experiments.sets import KINDS


def intro(lesson: str) -> str:
    """Return what the lesson says before its first heading."""
    return _parts(lesson)[0]


def of(lesson: str, kind: str) -> str:
    """Return the part that belongs to a kind of experiment; parts stand in the order of KINDS."""
    return _parts(lesson)[1 + list(KINDS).index(kind)]


def _parts(lesson: str) -> list[str]:
    return [
        part.partition("\n")[2].strip() if place else part.strip()
        for place, part in enumerate(re.split(r"^## ", lesson, flags=re.M))
    ]
