"""The reader finds what the bug lab plants: both use the same declarations, so they can't diverge."""

from __future__ import annotations

import pytest

from clsf import FRAMEWORKS
from clsf.faults import catalogue as faults
from clsf.faults.scene import Scene
from clsf.faults.scenes import DATA, MODELS, healthy
from clsf.reader.program import read

SEEN = (
    "api-misuse", "architecture-too-small", "batch-size", "binary-loss-multiclass", "bn-momentum", "bn-small-batch",
    "channel-order", "data-leak", "dropout", "dropout-always-on", "dtype", "graph-kept", "imbalance", "in-place", "init",
    "label-encoding", "labels-corrupted", "labels-from-one", "lr-too-high", "lr-too-low", "metrics-wrong", "missing-eval",
    "missing-hidden-activation", "missing-last-activation", "missing-no-grad", "missing-normalisation", "missing-parameters",
    "missing-train-mode", "missing-training-flag", "missing-zero-grad", "momentum", "name-overwritten", "name-undefined",
    "nothing-trainable", "optimizer-default-lr", "optimizer-epsilon", "padding-same", "plain-list-of-layers",
    "probabilities-into-nll", "regression-loss-classifier", "regularisation", "relu-before-softmax", "saturating-activation",
    "scaled-twice", "scheduler-per-batch", "shape", "shuffle-missing", "sigmoid-with-categorical", "softmax-one-unit",
    "softmax-over-batch", "softmax-then-logits-loss", "split-reshuffled", "syntax", "too-few-epochs",
    "train-test-preprocess-mismatch", "unused-layer", "validation-missing", "validation-sorted", "weight-decay",
    "wrong-from-logits", "wrong-last-activation", "wrong-last-units", "zero-grad-per-epoch",
)  # fmt: skip
"""Kinds that are seen in at least three of the programs they are planted in: both frameworks, two data sets, two models."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [healthy(framework, data, model, 0) for framework in FRAMEWORKS for data in DATA for model in MODELS]


@pytest.mark.parametrize("kind", SEEN)
def test_a_planted_fault_is_seen_in_three_programs_at_least(scenes, kind):
    plant, in_code = faults.functions("plant")[kind], faults.functions("in_code")[kind]
    planted = [scene for healthy_one in scenes if (scene := plant(healthy_one)) is not None]
    assert sum(bool(in_code(read(scene.text))) for scene in planted) >= 3


def test_healthy_programs_have_none_of_any_kind(scenes):
    for scene in scenes:
        program = read(scene.text)
        assert [kind for kind, in_code in faults.functions("in_code").items() if in_code(program)] == []
