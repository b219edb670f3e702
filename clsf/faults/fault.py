"""The parts of a fault's declaration, and the list of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from clsf.words import Sentence

Level = Literal[1, 2, 3, 4]
"""How hard a fault is to notice: 1 stops with an error, 2 hardly learns, 3 learns badly or has odd numbers,
4 trains, but is a few points too low or reports a wrong number."""

KINDS = (
    "softmax-then-logits-loss", "probabilities-into-nll", "wrong-from-logits", "softmax-one-unit", "sigmoid-with-categorical",
    "relu-before-softmax", "binary-loss-multiclass", "regression-loss-classifier", "wrong-loss-for-output", "metrics-wrong",
    "label-encoding", "labels-from-one", "dtype", "missing-hidden-activation", "missing-last-activation",
    "wrong-last-activation", "wrong-last-units", "saturating-activation", "softmax-over-batch", "missing-eval",
    "dropout-always-on", "missing-train-mode", "missing-training-flag", "bn-small-batch", "last-batch-of-one", "bn-momentum",
    "frozen-bn-moves", "trainable-after-compile", "missing-zero-grad", "zero-grad-per-epoch", "plain-list-of-layers",
    "missing-parameters", "nothing-trainable", "scheduler-per-batch", "graph-kept", "missing-no-grad", "mean-of-means",
    "in-place", "validation-sorted", "split-reshuffled", "data-leak", "validation-missing", "validation-augmented",
    "cache-after-augment", "repeated-augmentation", "predict-shuffled", "class-order", "missing-normalisation", "scaled-twice",
    "train-test-preprocess-mismatch", "channel-order", "colour-order", "view-for-permute", "flatten-order", "shape",
    "shape-broadcast", "imbalance", "lr-too-high", "lr-too-low", "optimizer-default-lr", "optimizer-epsilon", "momentum",
    "weight-decay", "dropout", "regularisation", "init", "batch-size", "too-few-epochs", "architecture",
    "architecture-too-small", "redundant-layer", "unused-layer", "padding-same", "seed-after-build", "shuffle-missing",
    "labels-corrupted", "softmax-for-multilabel", "api-misuse", "syntax", "name-undefined", "name-overwritten", "overfitting", "plateau", "dead-units",
    "gradient-size", "throughput",
)  # fmt: skip
"""The kinds of fault. The file of a kind has its name, with underscores."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake that programs make: what it is, its symptoms, its fix. All other code refers to it by its kind.

    A file of `clsf.faults` defines one as `FAULT`, and where they apply these functions

        in_code(program) -> findings          the places in a program that was read
        in_run(history, facts) -> Evidence    whether the curves of a run look like it, None if not
        plant(script) -> script               the same program with the fault, None if it can't have it
        start(script) -> script               the healthy program for the bug lab, if the fault needs another optimizer
    """

    kind: str
    title: Sentence
    what: Sentence  # what happens, and why
    symptom: Sentence  # what a student sees
    mend: Sentence  # what to do
    sources: tuple[str, ...]  # where it is reported, or code that shows it
    level: Level
    not_in: Mapping[str, Sentence] = field(default_factory=dict)  # framework -> why it can't have the fault
    differences: tuple[str, ...] = ()  # entries of clsf.compare.differences that are this fault
