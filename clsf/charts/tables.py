"""The numbers behind the curves, as tables. Column names are the same in every language because they are written to files."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clsf.charts.run import ChartedRun

EPOCH_FIELDS = (
    "train_loss", "train_accuracy", "validation_loss", "validation_accuracy",
    "seconds", "validation_seconds", "images_per_second",
)  # fmt: skip
STEP_FIELDS = {
    "loss": "losses", "accuracy": "accuracies", "gradient_norm": "gradient_norms",
    "learning_rate": "learning_rates", "seconds": "seconds", "images_per_second": "images_per_second",
}  # fmt: skip


def per_epoch(records: Sequence[ChartedRun]) -> pd.DataFrame:
    """Return one row per run and epoch."""
    rows = [
        {"framework": record.framework, "epoch": epoch.epoch} | {name: getattr(epoch, name) for name in EPOCH_FIELDS}
        for record in records
        for epoch in list(record.epochs)
    ]
    return pd.DataFrame(rows, columns=["framework", "epoch", *EPOCH_FIELDS])


def per_step(records: Sequence[ChartedRun]) -> pd.DataFrame:
    """Return one row per run and step. A number that the variant of the loop does not report is missing."""
    frames = []
    for record in records:
        count = len(record.steps)
        columns: dict[str, object] = {"framework": record.framework, "step": range(1, count + 1)}
        for name, source in STEP_FIELDS.items():
            values = list(getattr(record.steps, source))[:count]
            columns[name] = pd.Series(values + [None] * (count - len(values)), dtype="float64")
        frames.append(pd.DataFrame(columns))
    empty = pd.DataFrame(columns=["framework", "step", *STEP_FIELDS])
    return pd.concat(frames, ignore_index=True) if frames else empty
