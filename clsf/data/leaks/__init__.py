"""The leak doctor: copies between and inside the parts of a data set, groups on both sides, contradicting labels, broken files.

Jobs for a worker: names and plain values in, plain values out. None needs a framework.
"""

from __future__ import annotations

from clsf.data import cache
from clsf.data.file_names import file_names
from clsf.data.leaks.findings import Checked, LeakFinding, check
from clsf.data.leaks.two_sets import pair
from clsf.data.sources import open_dataset

__all__ = ["Checked", "LeakFinding", "apart", "check", "look"]


def look(name: str) -> Checked:
    """Return what is wrong with a data set. Raises DataError if it can't be opened."""
    dataset = open_dataset(name)
    return check(dataset, cache.facts(name) or {}, file_names(name))


def apart(name: str, kind: str, owner: str | None) -> tuple[str, str]:
    """Make the data sets with a leak and without it, and return their names; see `clsf.data.leaks.two_sets.pair`."""
    dataset, names = open_dataset(name), file_names(name)
    return pair(dataset, kind, check(dataset, cache.facts(name) or {}, names), names, owner)
