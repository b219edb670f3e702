"""Parametrised cases: some run on every change, the rest are marked slow (`-m slow`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest

from clsf.model.presets import NAMES
from clsf.model.pretrained import SOURCES


def sampled(cases: Iterable[object], quick: Collection[object]) -> list[object]:
    """Return all cases for `pytest.mark.parametrize`, marked slow but for those in `quick`."""
    cases = list(cases)
    assert set(quick) <= set(cases)
    return [case if case in quick else pytest.param(case, marks=pytest.mark.slow) for case in cases]


QUICK_PRESETS = tuple(name for name in NAMES if name not in SOURCES)
"""Presets that are small enough for every change; pretrained networks have tests of their own, tests/parity/test_transfer.py."""
