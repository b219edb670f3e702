"""CSV tables of a run: one line per epoch, as Keras' CSVLogger writes them, or one per step."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from clsf.runs.record import RunRecord

EPOCHS = ("epoch", "accuracy", "learning_rate", "loss", "val_accuracy", "val_loss")
"""Columns, and epochs counted from 0, as in `keras.callbacks.CSVLogger`; PyTorch programs write such lines themselves."""

STEPS = ("step", "epoch", "loss", "accuracy", "gradient_norm", "learning_rate", "seconds")


def epochs_csv(record: RunRecord) -> str:
    """Return one line per epoch; the learning rate is the one of the epoch's last step."""
    rates, per_epoch = record.steps.learning_rates, record.started.batches_per_epoch if record.started else 0
    lines = (
        (e.epoch - 1, e.train_accuracy, rates[e.epoch * per_epoch - 1], e.train_loss, e.validation_accuracy, e.validation_loss)
        for e in list(record.epochs)
    )
    return _text(EPOCHS, lines)


def steps_csv(record: RunRecord) -> str:
    """Return one line per step, steps and epochs counted from 1; no gradient norm where the variant does not report it."""
    steps, per_epoch = record.steps, record.started.batches_per_epoch if record.started else 1
    count = len(steps)
    norms = steps.gradient_norms[:count] if steps.gradient_norms else [""] * count
    lines = (
        (n + 1, n // per_epoch + 1, steps.losses[n], steps.accuracies[n], norms[n], steps.learning_rates[n], steps.seconds[n])
        for n in range(count)
    )
    return _text(STEPS, lines)


def _text(names: tuple[str, ...], lines: Iterable[tuple]) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(lines)
    return file.getvalue()
