"""One line of a list of runs, from a live record or from a row of the file."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.runs.record import RunRecord


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
    """Return the line of a row of the table of runs."""
    return RunSummary(
        run_id=row["run_id"],
        group=row["group_id"],
        framework=row["framework"],
        owner=row["owner"],
        created=row["created"],
        status=row["status"],
        model=row["model_name"],
        data=row["data"],
        planned_epochs=row["planned_epochs"],
        epochs=row["epochs"],
        parameters=row["parameters"],
        seconds=row["seconds"],
        images_per_second=row["images_per_second"],
        train_loss=row["train_loss"],
        train_accuracy=row["train_accuracy"],
        validation_loss=row["validation_loss"],
        validation_accuracy=row["validation_accuracy"],
        machine=row["machine"],
    )
