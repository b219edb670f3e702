"""Cases of which some are what every change must pass, and the rest are slow (`-m slow`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest


def sampled(cases: Iterable[object], quick: Collection[object]) -> list[object]:
    """Return all cases for `pytest.mark.parametrize`, marked slow but for those in `quick`."""
    cases = list(cases)
    assert set(quick) <= set(cases)
    return [case if case in quick else pytest.param(case, marks=pytest.mark.slow) for case in cases]
