"""The numeric symptom of each planted fault: kind -> whether a program that ran shows it, compared with the healthy program."""

from __future__ import annotations

import math
from collections.abc import Callable

from clsf.faults.running import Ran
from clsf.faults.signs import double_softmax_floor

CLASSES = 10
CHANCE = math.log(CLASSES)

Looks = Callable[[Ran, Ran], bool]


def late(ran: Ran) -> float:
    """Return the mean loss of the last tenth of the steps."""
    return ran.history.mean_loss(0.9, 1)


def _accuracy(ran: Ran) -> float:
    return ran.history.accuracy[-1]


def _validation(ran: Ran) -> float:
    return ran.history.validation_accuracy[-1]


def stops(ran: Ran, well: Ran) -> bool:
    return bool(ran.history.error) and not well.history.error


def hardly_learns(ran: Ran, well: Ran) -> bool:
    return _accuracy(ran) < 0.35 < _accuracy(well)


def learns_badly(ran: Ran, well: Ran) -> bool:
    return late(ran) > 1.3 * late(well) and _accuracy(ran) < _accuracy(well) - 0.04


def trains_alike(ran: Ran, well: Ran) -> bool:
    """Return whether every step is the same."""
    return ran.history.losses == well.history.losses


SYMPTOMS: dict[str, Looks] = {
    "softmax-then-logits-loss": lambda r, w: min(r.history.losses) > double_softmax_floor(CLASSES) - 0.02 > late(w),
    "probabilities-into-nll": lambda r, w: late(r) < 0 and min(r.history.losses) >= -1,
    "wrong-from-logits": lambda r, w: not late(r) < 1.5 * late(w),
    "softmax-one-unit": lambda r, w: _validation(r) < 0.7 and r.facts.output_units == 1,
    "sigmoid-with-categorical": lambda r, w: r.facts.outputs == "sigmoid" and w.facts.outputs == "logits",
    "relu-before-softmax": lambda r, w: r.facts.outputs == "relu" or late(r) > late(w) + 0.1,
    "binary-loss-multiclass": lambda r, w: r.history.losses[0] < 0.5 * CHANCE and r.facts.loss == "binary",
    "regression-loss-classifier": lambda r, w: r.history.losses[0] < 0.2 * CHANCE and r.facts.loss == "mse",
    "wrong-loss-for-output": stops,
    "metrics-wrong": lambda r, w: abs(late(r) - late(w)) < 0.02 * late(w) and abs(_accuracy(r) - _accuracy(w)) > 0.1,
    "label-encoding": stops,
    "labels-from-one": stops,
    "dtype": stops,
    "missing-hidden-activation": lambda r, w: set(r.facts.activations) == {"linear"} and "relu" in w.facts.activations,
    "missing-last-activation": lambda r, w: late(r) < -5 or late(r) > CHANCE,
    "wrong-last-activation": lambda r, w: min(r.history.losses) > 0.8 > late(w),
    "wrong-last-units": stops,
    "saturating-activation": hardly_learns,
    "softmax-over-batch": lambda r, w: r.facts.outputs == "batch-softmax",
    "missing-eval": lambda r, w: r.facts.evaluated_in_training_mode and r.history.losses[:20] == w.history.losses[:20],
    "dropout-always-on": lambda r, w: r.facts.evaluation_varies and not w.facts.evaluation_varies,
    "missing-train-mode": lambda r, w: r.facts.training_mode is False and w.facts.training_mode,
    "missing-training-flag": lambda r, w: r.facts.training_mode is False or late(r) != late(w),
    "bn-small-batch": lambda r, w: r.facts.batch_size <= 4 and r.facts.batch_norms,
    "last-batch-of-one": stops,
    "bn-momentum": lambda r, w: r.history.validation_loss[-1] > 2 * w.history.validation_loss[-1],
    "missing-zero-grad": lambda r, w: r.facts.accumulates > 0.9 and learns_badly(r, w),
    "zero-grad-per-epoch": lambda r, w: r.facts.accumulates > 0.5 and learns_badly(r, w),
    "plain-list-of-layers": lambda r, w: r.facts.unregistered and late(r) > 1.5 * late(w),
    "missing-parameters": lambda r, w: r.facts.idle > 0.5 and learns_badly(r, w),
    "nothing-trainable": lambda r, w: r.facts.idle == 1 and hardly_learns(r, w),
    "scheduler-per-batch": lambda r, w: r.history.learning_rates[-1] < 0.01 * r.history.learning_rates[0] and hardly_learns(r, w),
    "graph-kept": lambda r, w: r.facts.keeps_graph and not w.facts.keeps_graph,
    "missing-no-grad": lambda r, w: r.facts.gradients_in_evaluation and not w.facts.gradients_in_evaluation,
    "mean-of-means": lambda r, w: trains_alike(r, w) and r.history.epochs != w.history.epochs,
    "in-place": stops,
    "validation-sorted": lambda r, w: _validation(r) < 0.05 and _accuracy(r) > 0.8 and r.facts.unseen_labels > 0.3,
    "split-reshuffled": lambda r, w: r.facts.trained_before > 0.3,
    "data-leak": lambda r, w: max(r.facts.shared_images or 0, r.facts.trained_before or 0) > 0.3 and not w.facts.shared_images,
    "validation-missing": lambda r, w: not r.history.validation_accuracy and w.history.validation_accuracy,
    "validation-augmented": lambda r, w: bool(r.facts.judging_varies) and not w.facts.judging_varies,
    "missing-normalisation": lambda r, w: r.facts.inputs[1] == 255 and r.history.losses[0] > 3 * w.history.losses[0],
    "scaled-twice": lambda r, w: r.facts.inputs[1] < 0.01 and hardly_learns(r, w),
    "train-test-preprocess-mismatch": lambda r, w: r.history.validation_loss[-1] > 3 * w.history.validation_loss[-1],
    "channel-order": stops,
    "view-for-permute": lambda r, w: r.facts.roughness > 1.5 * w.facts.roughness,
    "shape": stops,
    "shape-broadcast": lambda r, w: bool(r.facts.broadcasts) and _validation(r) < 0.7,
    "imbalance": lambda r, w: r.facts.largest_class > 2 * w.facts.largest_class,
    "lr-too-high": lambda r, w: not late(r) < 1.5 * late(w),
    "lr-too-low": hardly_learns,
    "optimizer-default-lr": hardly_learns,
    "optimizer-epsilon": hardly_learns,
    "momentum": learns_badly,
    "weight-decay": hardly_learns,
    "dropout": lambda r, w: _accuracy(r) < _validation(r) - 0.2 and late(r) > 2 * late(w),
    "regularisation": hardly_learns,
    "init": lambda r, w: hardly_learns(r, w) and (r.facts.zero_start or r.facts.start_scale > 3 or r.facts.start_scale < 0.3),
    "batch-size": lambda r, w: r.history.steps < 0.3 * w.history.steps and learns_badly(r, w),
    "too-few-epochs": lambda r, w: r.history.steps < 0.3 * w.history.steps and late(r) > 2 * late(w),
    "architecture-too-small": lambda r, w: learns_badly(r, w) and r.facts.narrowest <= 4,
    "unused-layer": lambda r, w: r.facts.unused >= 1 and not w.facts.unused,
    "padding-same": stops,
    "shuffle-missing": lambda r, w: r.facts.purity > 0.5 > w.facts.purity,
    "labels-corrupted": lambda r, w: r.facts.label_agreement < 0.5 * w.facts.label_agreement and learns_badly(r, w),
    "api-misuse": stops,
    "syntax": stops,
    "name-undefined": stops,
    "name-overwritten": stops,
}  # fmt: skip
"""Kind -> whether the first program, beside the healthy second one, shows the fault."""
