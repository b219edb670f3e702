"""Links from faults to the lessons of the course."""

from __future__ import annotations

_STEPS: dict[str, tuple[str, ...]] = {
    "tensors-you-can-trust/overflow": ("dtype",),
    "tensors-you-can-trust/memory": ("in-place",),
    "what-an-image-is/order": ("channel-order", "view-for-permute", "colour-order"),
    "what-an-image-is/scale": ("missing-normalisation", "scaled-twice", "train-test-preprocess-mismatch"),
    "what-an-image-is/labels": ("label-encoding", "labels-from-one", "class-order", "labels-corrupted"),
    "what-an-image-is/split": ("data-leak", "split-reshuffled", "validation-missing", "validation-sorted"),
    "what-a-layer-does/same": ("padding-same",),
    "what-a-layer-does/relu": ("missing-hidden-activation", "dead-units", "saturating-activation"),
    "neighbours/cells": ("flatten-order",),
    "build-one/fit": ("shape", "wrong-last-units", "architecture", "unused-layer", "redundant-layer"),
    "build-one/where": ("architecture-too-small",),
    "softmax-and-loss/softmax": ("softmax-over-batch", "sigmoid-with-categorical", "relu-before-softmax", "wrong-last-activation", "missing-last-activation"),
    "softmax-and-loss/shift": ("softmax-one-unit",),
    "softmax-and-loss/loss": (
        "probabilities-into-nll", "binary-loss-multiclass", "regression-loss-classifier", "wrong-loss-for-output", "softmax-for-multilabel",
    ),
    "softmax-and-loss/twice": ("softmax-then-logits-loss", "wrong-from-logits"),
    "one-step-downhill/too-large": ("lr-too-high", "lr-too-low", "gradient-size", "plateau"),
    "one-step-downhill/momentum": ("momentum",),
    "one-step-downhill/adam": ("optimizer-default-lr", "optimizer-epsilon"),
    "one-step-downhill/pile": ("missing-zero-grad", "zero-grad-per-epoch"),
    "watch-it-learn/steps": ("batch-size", "too-few-epochs", "scheduler-per-batch"),
    "watch-it-learn/mean": ("mean-of-means",),
    "overfit-and-cure/memorise": ("overfitting", "weight-decay", "regularisation"),
    "overfit-and-cure/dropout": ("dropout", "missing-eval", "missing-train-mode"),
    "overfit-and-cure/f-dropout": ("dropout-always-on",),
    "metrics-that-lie/compared": ("metrics-wrong",),
    "metrics-that-lie/imbalance": ("imbalance",),
    "three-loops/flag": ("missing-training-flag",),
    "three-loops/ways": ("missing-no-grad", "graph-kept", "api-misuse"),
    "structure-of-a-program/fix": ("plain-list-of-layers", "missing-parameters"),
    "where-it-computes/habits": ("throughput",),
    "is-one-better/names": ("bn-momentum", "init"),
    "own-parts/dataset": ("repeated-augmentation", "shuffle-missing"),
    "own-parts/freeze": ("nothing-trainable", "frozen-bn-moves", "trainable-after-compile"),
    "beyond-one-device/batch-norm": ("bn-small-batch", "last-batch-of-one"),
}  # fmt: skip

LESSONS = {kind: (place.split("/")[0], place.split("/")[1]) for place, kinds in _STEPS.items() for kind in kinds}
"""Kind of fault -> name of the lesson, and of the step in it."""

PAGES = {
    "validation-augmented": "data",
    "cache-after-augment": "data",
    "predict-shuffled": "predict",
    "shape-broadcast": "tensors",
}
"""Kind of fault -> the page with the closest lesson, where the course has no step for it. For the others: that of training."""
