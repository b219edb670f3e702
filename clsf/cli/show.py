"""How events are shown on a terminal: as JSON lines, or as progress bars and a table."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Self

from clsf import FRAMEWORKS
from clsf.events import (
    BatchesEnded,
    DataProgress,
    EpochEnded,
    Event,
    LearningRateChanged,
    RunEnded,
    RunFailed,
    RunStarted,
    StoppedEarly,
    WeightsRestored,
    event_to_json,
)
from clsf.runs.record import RunRecord


class JsonLines:
    """Prints one JSON object per event and line; adds `framework` and `run` to each, and the English `message` of a failure."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None

    def event(self, record: RunRecord, event: Event) -> None:
        line = {**event_to_json(event), "framework": record.framework, "run": record.run_id}
        if isinstance(event, RunFailed):
            line["message"] = str(event.sentence)
        print(json.dumps(line, ensure_ascii=False), flush=True)


class ProgressBars:
    """Shows a progress bar per framework while it trains, and a table at the end."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._bars = Progress(
            TextColumn("{task.description:<11}"), BarColumn(), TextColumn("{task.fields[news]}"), TimeElapsedColumn(),
            TimeRemainingColumn(),
        )  # fmt: skip
        self._tasks: dict[str, int] = {}
        self._records: dict[str, RunRecord] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bars.stop()
        if self._records and kind is None:
            self._table()

    def event(self, record: RunRecord, event: Event) -> None:
        self._records[record.run_id] = record
        if record.run_id not in self._tasks:
            self._tasks[record.run_id] = self._bars.add_task(record.framework, total=None, news="")
        task = self._tasks[record.run_id]
        match event:
            case DataProgress():
                self._bars.update(task, completed=event.done, total=event.total or None, news=event.stage)
            case RunStarted():
                self._bars.reset(task, total=event.epochs * event.batches_per_epoch, news=f"{event.parameters:,} parameters")
            case BatchesEnded():
                news = f"epoch {event.epoch}  loss {event.losses[-1]:.4f}  {event.images_per_second:,.0f} images/s"
                self._bars.update(task, completed=event.step + len(event.losses) - 1, news=news)
            case EpochEnded():
                self._bars.console.print(
                    f"{record.framework:<11} epoch {event.epoch:>3}  train {event.train_loss:.4f} {event.train_accuracy:.3f}  "
                    f"validation {event.validation_loss:.4f} {event.validation_accuracy:.3f}",
                    highlight=False,
                )
            case LearningRateChanged(reason="plateau"):
                self._say(record, f"learning rate {event.learning_rate:g}, for the validation loss no longer falls")
            case StoppedEarly():
                self._say(record, f"stopped early, nothing better than epoch {event.best_epoch} for {event.patience}")
            case WeightsRestored():
                self._say(record, f"has the weights of epoch {event.epoch} again")
            case RunEnded():
                self._bars.update(task, news=event.reason)
            case RunFailed():
                self._bars.update(task, news="failed")

    def _say(self, record: RunRecord, news: str) -> None:
        self._bars.console.print(f"{record.framework:<11} {news}", highlight=False)

    def _table(self) -> None:
        from rich.table import Table

        ends = {record.framework: record.ended for record in self._records.values() if record.ended is not None}
        ended = {name: ends[name] for name in FRAMEWORKS if name in ends}
        table = Table("", *ended)
        for title, value in _ROWS.items():
            table.add_row(title, *(value(end) for end in ended.values()))
        self._bars.console.print(table)


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


_ROWS = {
    "result": lambda end: end.reason,
    "epochs": lambda end: str(end.epochs),
    "seconds": lambda end: f"{end.seconds:.1f}",
    "images/s": lambda end: "" if end.images_per_second is None else f"{end.images_per_second:,.0f}",
    "train loss": lambda end: _digits(end.train_loss),
    "train accuracy": lambda end: _digits(end.train_accuracy),
    "validation loss": lambda end: _digits(end.validation_loss),
    "validation accuracy": lambda end: _digits(end.validation_accuracy),
}
