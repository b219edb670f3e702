"""The catalogue of faults is whole: each kind has a file of its name, real texts, and says why a framework can't have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clsf import FRAMEWORKS, faults
from clsf.errors import SpecError
from clsf.plan import DIFFERENCES


@pytest.mark.parametrize("kind", faults.KINDS)
def test_a_kind_is_declared_in_the_file_of_its_name(kind):
    found = faults.fault(kind)
    assert found.kind == kind
    assert Path(faults.MODULES[kind].__file__).stem == kind.replace("-", "_")
    for text in (found.what, found.symptom, found.mend):
        assert len(str(text)) > 10
    assert found.sources
    assert found.level in (1, 2, 3, 4)
    assert set(found.not_in) < set(FRAMEWORKS), "a fault that no framework can have is no fault"


def test_each_difference_belongs_to_one_fault_at_most():
    named = [name for found in faults.FAULTS.values() for name in found.differences]
    assert len(named) == len(set(named))
    assert set(named) <= set(DIFFERENCES)


def test_an_unknown_kind_names_the_nearest():
    with pytest.raises(SpecError, match="Did you mean 'missing-eval'"):
        faults.fault("missing-evel")
