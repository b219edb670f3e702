"""The prose of the Experiments page: the part that belongs to a kind of experiment."""

from __future__ import annotations

from clsf.experiments.sets import KINDS
from clsf.ui.shared.sections import parts


def of(lesson: str, kind: str) -> str:
    """Return the part that belongs to a kind of experiment; parts stand in the order of KINDS."""
    return parts(lesson)[1 + list(KINDS).index(kind)]
