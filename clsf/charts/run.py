"""The values of a run that a chart needs. `clsf.runs.record.RunRecord` has them, as may anything else that was trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from clsf.events import EpochEnded, RunStarted


class StepSeries(Protocol):
    """One number per step; index 0 is step 1. Lists may grow while they are read, so each is copied once."""

    losses: Sequence[float]
    accuracies: Sequence[float]
    gradient_norms: Sequence[float]
    learning_rates: Sequence[float]
    seconds: Sequence[float]
    images_per_second: Sequence[float]

    def __len__(self) -> int: ...


class ChartedRun(Protocol):
    run_id: str
    framework: str
    started: RunStarted | None
    steps: StepSeries
    epochs: Sequence[EpochEnded]
