"""One line of a list of runs, from a live record or from a row of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import UnionType

from clsf import FRAMEWORKS
from clsf.runs.record import STATUSES, RunRecord


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of a list of runs. Losses and accuracies are those of the last whole epoch, None if there was none."""

    run_id: str
    group: str
    framework: str
    owner: str
    created: float  # Unix time
    status: str
    model: str  # its name
    data: str  # the data set's name
    planned_epochs: int
    epochs: int  # whole ones done
    parameters: int | None
    seconds: float | None
    images_per_second: float | None
    train_loss: float | None
    train_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    machine: str


def summary_of_record(record: RunRecord) -> RunSummary:
    """Return the line of a run as it is now."""
    last, ended, final = record.epochs[-1] if record.epochs else None, record.ended, record.final
    seconds = record.steps.seconds[-1] if len(record.steps) else None
    return RunSummary(
        run_id=record.run_id,
        group=record.group,
        framework=record.framework,
        owner=record.owner,
        created=record.created,
        status=record.status,
        model=record.model.name,
        data=record.plan.data,
        planned_epochs=record.plan.epochs,
        epochs=last.epoch if last else 0,
        parameters=record.started.parameters if record.started else None,
        seconds=ended.seconds if ended else seconds,
        images_per_second=ended.images_per_second if ended else last.images_per_second if last else None,
        train_loss=final.train_loss if final else None,
        train_accuracy=final.train_accuracy if final else None,
        validation_loss=final.validation_loss if final else None,
        validation_accuracy=final.validation_accuracy if final else None,
        machine=record.machine,
    )


def summary_of_row(row: dict) -> RunSummary:
    """Return the line of a row of the table of runs. Raises ValueError if the row holds values that no run can have."""
    values = {name: row[_COLUMNS.get(name, name)] for name in RunSummary.__slots__}
    for name, value in values.items():
        if not _CHECKS[name](value):
            raise ValueError(f"run {row['run_id']!r:.40}: {name} is {value!r:.60}")
    return RunSummary(**values)


_COLUMNS = {"group": "group_id", "model": "model_name"}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and value >= 0


def _may_be(kind: type | UnionType) -> Callable[[object], bool]:
    return lambda value: value is None or isinstance(value, kind)


_CHECKS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("run_id", "group", "owner", "model", "data", "machine"), _is_text),
    **dict.fromkeys(("planned_epochs", "epochs"), _is_count),
    **dict.fromkeys(("seconds", "images_per_second"), _may_be(int | float)),
    **dict.fromkeys(("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"), _may_be(int | float)),
    "framework": lambda value: value in FRAMEWORKS,
    "status": lambda value: value in STATUSES,
    "created": lambda value: isinstance(value, int | float) and 0 <= value < 1e11,  # also not nan
    "parameters": _may_be(int),
}
"""Field of a summary -> whether a value is valid for it: SQLite stores any kind in any column."""
