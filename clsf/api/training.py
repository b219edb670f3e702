"""A training started from a program: its events as they arrive, its figure, and its numbers as tables."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from clsf.api import live
from clsf.errors import EngineError
from clsf.events import Event
from clsf.runs.record import OVER, RunRecord

if TYPE_CHECKING:
    import pandas as pd

    from clsf.training_service import TrainingService

REDRAW_SECONDS = 0.5  # between two drawings of the live figure


class Training:
    """One run per framework. Iterating yields (framework, event) as they happen and draws; leaving the loop stops nothing."""

    def __init__(self, service: TrainingService, run_ids: Sequence[str], draw: bool) -> None:
        self._service, self._draw = service, draw
        self.run_ids = tuple(run_ids)

    def __iter__(self) -> Iterator[tuple[str, Event]]:
        """Yield the framework's name and the event (`clsf.events`), from the first on, until every run is over."""
        drawing = live.Drawing() if self._draw else None
        drawn = 0.0
        for run_id, event in self._service.follow(self.run_ids):
            if drawing and time.monotonic() - drawn > REDRAW_SECONDS:
                drawing.show(self.records)
                drawn = time.monotonic()
            yield self._service.record(run_id).framework, event
        if drawing:
            drawing.show(self.records)

    def wait(self) -> Training:
        """Wait until every run is over, drawing meanwhile, and return this. Raises EngineError if a run failed."""
        for _ in self:
            pass
        for record in self.records:
            if record.failure is not None:
                raise EngineError("{framework}: {reason}", framework=record.framework, reason=record.failure)
        return self

    def stop(self) -> None:
        """Stop every run that is not finished; the weights learned so far are kept."""
        for record in self.records:
            if record.status not in OVER:
                self._service.control(record.run_id, "stop")

    @property
    def records(self) -> list[RunRecord]:
        """The records of all runs, TensorFlow's first."""
        return [self._service.record(run_id) for run_id in self.run_ids]

    def epochs(self) -> pd.DataFrame:
        """Return a row per run and epoch: losses (nats), accuracies (shares from 0 to 1), seconds, images per second."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "framework": record.framework,
                    "epoch": epoch.epoch,
                    "train_loss": epoch.train_loss,
                    "train_accuracy": epoch.train_accuracy,
                    "validation_loss": epoch.validation_loss,
                    "validation_accuracy": epoch.validation_accuracy,
                    "seconds": epoch.seconds,
                    "images_per_second": epoch.images_per_second,
                }
                for record in self.records
                for epoch in list(record.epochs)
            ]
        )

    def steps(self) -> pd.DataFrame:
        """Return a row per run and step: loss (nats), accuracy (share), learning rate, seconds of training so far."""
        import pandas as pd

        tables = []
        for record in self.records:
            steps = record.steps
            columns = {
                "loss": list(steps.losses),
                "accuracy": list(steps.accuracies),
                "learning_rate": list(steps.learning_rates),
                "seconds": list(steps.seconds),
            }
            count = min(map(len, columns.values()))
            table = pd.DataFrame({name: values[:count] for name, values in columns.items()})
            table.insert(0, "step", range(1, count + 1))
            table.insert(0, "framework", record.framework)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def figure(self, kind: str = "loss") -> object:
        """Return a Plotly figure of every run: "loss", "accuracy", "gradient-norm", "speed" or "learning-rate"."""
        return live.figure(kind, self.records)
