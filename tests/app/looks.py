"""Events of a run that looks inside, made of small numbers, for the lab that trains nothing."""

from __future__ import annotations

import numpy as np

from clsf.events import BatchesEnded, BestEpoch, StoppedEarly, WeightsRestored
from clsf.inspection import activation_summary, histogram, packed, sample
from clsf.inspection_events import LayersInspected, PredictionsInspected, StepInspected
from clsf.runs.record import RunRecord

KERNEL = np.linspace(-0.3, 0.5, 3 * 3 * 1 * 2).reshape(3, 3, 1, 2)
BIAS = np.array([0.0, 0.125])
IMAGES = 16


def begin(lab: object, record: RunRecord) -> None:
    """Let the run begin and take one batch."""
    lab.began[record.run_id] -= 2
    lab._advance(record)
    record.fold(BatchesEnded(1, len(record.steps) + 1, (2.25,), (0.125,), (0.5,), record.plan.learning_rate, 900.0, 0.1))


def step(record: RunRecord) -> StepInspected:
    """Return a step whose numbers can all be found again on the page."""
    gradient = KERNEL * 2
    after = KERNEL - 0.1 * gradient
    told = record.plan.variants[record.framework] != "fit"
    weight = {
        "before": histogram(KERNEL), "after": histogram(after), "gradient": histogram(gradient) if told else None,
        "norm_before": 1.0, "norm_after": 0.8, "gradient_norm": 2.0 if told else None, "ratio": 0.2,
        "sample": {
            "shape": [3, 3, 1, 2], "before": sample(KERNEL), "gradient": sample(gradient) if told else None, "after": sample(after),
        },
    }  # fmt: skip
    labels = tuple(n % 10 for n in range(32))
    pixels = packed(np.arange(16 * 8 * 8, dtype=np.uint8).reshape(16, 8, 8, 1))
    return StepInspected(
        1,
        len(record.steps),
        tuple(range(32)),
        labels,
        pixels,
        2.25,
        0.125,
        record.plan.learning_rate,
        {"1.kernel": weight},
        0.01,
    )


def after_epoch(record: RunRecord) -> None:
    """Report what the plan asks for after an epoch: the best epoch, and looks inside."""
    epoch, stopping = len(record.epochs), record.plan.stopping
    if (stopping.patience or stopping.restore_best or stopping.checkpoint) and epoch <= 2:
        record.fold(BestEpoch(epoch, record.epochs[-1].validation_loss, record.epochs[-1].validation_accuracy))
    if stopping.patience and epoch == record.plan.epochs:
        record.fold(StoppedEarly(epoch, 2, stopping.patience))
    if stopping.restore_best and epoch == record.plan.epochs:
        record.fold(WeightsRestored(2))
    if not record.plan.look_inside:
        return
    look = {"weights": histogram(KERNEL * epoch), "gradients": histogram(KERNEL / epoch), "norm": 1.0, "gradient_norm": 0.5, "ratio": 0.01 / epoch}  # fmt: skip
    record.fold(
        LayersInspected(epoch, len(record.steps), {"1.kernel": look, "1.bias": look | {"ratio": None}}, {"1": 0.25}, 0.05)
    )
    labels = tuple(n % 10 for n in range(IMAGES))
    answers = tuple((label if epoch > 1 else 0, (label + 1) % 10, (label + 2) % 10) for label in labels)
    record.fold(
        PredictionsInspected(
            epoch, len(record.steps), tuple(range(IMAGES)), labels, answers, ((0.7, 0.2, 0.1),) * IMAGES,
            tuple(0.7 if answer[0] == label else 0.2 for answer, label in zip(answers, labels, strict=True)),
            tuple(tuple(20 + epoch if row == column else int(column == row + 1) for column in range(10)) for row in range(10)), 0,
            {"1": activation_summary(np.arange(8 * 8 * 2.0).reshape(8, 8, 2)), "3": activation_summary(np.arange(10.0))}, 0.05,
        )
    )  # fmt: skip
