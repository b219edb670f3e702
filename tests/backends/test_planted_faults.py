"""Planted faults, really trained in each framework: the symptom is there, the doctor names it, the healthy twin gets no verdict."""

from __future__ import annotations

import pytest

from clsf.compare.programs import first_difference
from clsf.faults import functions
from clsf.faults.doctor import diagnose
from clsf.faults.running import run
from clsf.faults.scenes import healthy

KINDS = ("missing-normalisation", "scaled-twice", "nothing-trainable", "validation-sorted", "lr-too-high", "labels-from-one")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_planted_faults_show_their_symptom_and_are_named(framework):
    start = healthy(framework, "digits", "plain", 1)
    well, *faulty = run([start, *(functions("plant")[kind](start) for kind in KINDS)], 800)
    assert diagnose(well.history, well.facts) == ()
    assert well.history.validation_accuracy[-1] > 0.85
    named = {kind: [v.kind for v in diagnose(ran.history, ran.facts)][:2] for kind, ran in zip(KINDS, faulty, strict=True)}
    assert all(kind in found for kind, found in named.items()), named
    seen = dict(zip(KINDS, faulty, strict=True))
    assert seen["missing-normalisation"].facts.inputs[1] == 255
    assert seen["scaled-twice"].history.accuracy[-1] < well.history.accuracy[-1] - 0.3
    assert seen["nothing-trainable"].facts.idle == 1
    assert seen["validation-sorted"].history.validation_accuracy[-1] < 0.1
    assert seen["lr-too-high"].history.accuracy[-1] < 0.3
    assert seen["labels-from-one"].history.error
    assert "images is apart by up to" in str(first_difference(seen["missing-normalisation"], well).said)
