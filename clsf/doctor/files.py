"""Curves written by other programs: Keras' History as JSON, CSVLogger's table, printed logs, TensorBoard's event files.

Nothing is executed or unpickled. The format is detected from the content, not from the name.
"""

from __future__ import annotations

import csv
import io
import json
import math
import struct
from pathlib import Path

from clsf.errors import DataError
from clsf.faults.history import EpochNumbers, History
from clsf.faults.printed import epochs_printed

MAX_BYTES = 50_000_000
MAX_ROWS = 1_000_000
MOST_FILES = 50

_COLUMNS = {
    "loss": ("loss", "train_loss", "training_loss", "train/loss", "loss/train", "epoch_loss", "train loss", "training loss", "tr_loss"),
    "accuracy": (
        "accuracy", "acc", "train_accuracy", "train_acc", "training_accuracy", "train/acc", "train/accuracy", "acc/train",
        "accuracy/train", "epoch_accuracy", "sparse_categorical_accuracy", "categorical_accuracy", "binary_accuracy",
        "train accuracy", "train acc", "training accuracy",
    ),
    "validation_loss": (
        "val_loss", "valid_loss", "validation_loss", "test_loss", "val/loss", "loss/val", "valid/loss", "validation/loss",
        "loss/validation", "validation/epoch_loss", "val loss", "validation loss", "test loss", "eval_loss",
    ),
    "validation_accuracy": (
        "val_accuracy", "val_acc", "valid_acc", "validation_accuracy", "test_accuracy", "test_acc", "val/acc", "val/accuracy",
        "acc/val", "accuracy/val", "validation/epoch_accuracy", "val_sparse_categorical_accuracy", "val_categorical_accuracy",
        "val_binary_accuracy", "val accuracy", "val acc", "validation accuracy", "test accuracy", "eval_accuracy",
    ),
}  # fmt: skip
_NAMES = {name: field for field, names in _COLUMNS.items() for name in names}


def read_log(content: bytes, name: str = "") -> History:
    """Return the curves in a file. Raises DataError, which names what was found and what can be read."""
    if len(content) > MAX_BYTES:
        raise DataError(
            "The file has {size:,.0f} MB, but logs of at most {most} MB are read.",
            size=len(content) / 1e6,
            most=MAX_BYTES // 10**6,
        )
    if _is_events(content):
        return _told(_tensorboard(content), name)
    try:
        text = content.decode("utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(name) from None
    if "\0" in text:
        raise _unreadable(name)
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return _told(_json(text) or epochs_printed(text), name)
    epochs = _table(text)
    return _told(epochs if epochs else epochs_printed(text), name)


def _unreadable(name: str) -> DataError:
    return DataError(
        "'{name}' holds no curves that can be read. Give Keras' History as JSON (json.dump(history.history, file)), a table of "
        "CSVLogger, a printed log with a line for each epoch, or TensorBoard's event file.",
        name=name[:80],
    )


def _told(epochs: tuple[EpochNumbers, ...], name: str) -> History:
    if not any(value is not None for epoch in epochs for value in (epoch.loss, epoch.accuracy, epoch.validation_loss)):
        raise _unreadable(name)
    return History(epochs)


def _field(name: str) -> str | None:
    return _NAMES.get(name.strip().strip("'\"").lower())


def _epochs(columns: dict[str, list[float | None]]) -> tuple[EpochNumbers, ...]:
    """Return epochs of columns; accuracies above 1.5 are read as percent."""
    for field in ("accuracy", "validation_accuracy"):
        values = [v for v in columns.get(field, ()) if v is not None and math.isfinite(v)]
        if values and max(values) > 1.5:
            columns[field] = [None if v is None else v / 100 for v in columns[field]]
    length = max((len(values) for values in columns.values()), default=0)
    rows = [{field: values[n] for field, values in columns.items() if n < len(values)} for n in range(min(length, MAX_ROWS))]
    return tuple(EpochNumbers(**row) for row in rows)


def _json(text: str) -> tuple[EpochNumbers, ...]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return tuple(_lines(text))
    if isinstance(data, dict) and isinstance(data.get("history"), dict):
        data = data["history"]
    columns: dict[str, list[float | None]] = {}
    if isinstance(data, dict):
        for key, values in data.items():
            field = _field(str(key))
            if isinstance(values, dict):  # pandas' to_json: row -> value
                values = list(values.values())
            if field and field not in columns and isinstance(values, list):
                columns[field] = [_number(value) for value in values]
    elif isinstance(data, list):
        return tuple(_rows(row for row in data if isinstance(row, dict)))
    return _epochs(columns)


def _lines(text: str) -> list[EpochNumbers]:
    """Return epochs of JSON lines."""
    rows = []
    for line in text.splitlines()[:MAX_ROWS]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            rows.append(row)
    return list(_rows(rows))


def _rows(rows: object) -> tuple[EpochNumbers, ...]:
    columns: dict[str, list[float | None]] = {}
    for number, row in enumerate(rows):
        for key, value in row.items():
            field = _field(str(key))
            if field:
                column = columns.setdefault(field, [])
                column.extend([None] * (number - len(column)))
                column.append(_number(value))
    return _epochs(columns)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(str(value).strip().rstrip("%"))
    except (ValueError, OverflowError):
        return None


def _table(text: str) -> tuple[EpochNumbers, ...]:
    """Return the epochs of a table with a header line, separated by commas, semicolons, tabs or spaces. Empty if it is not one."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) < 2:
        return ()
    for mark in (",", ";", "\t", None):
        head = lines[0].split(mark) if mark is None else next(csv.reader(io.StringIO(lines[0]), delimiter=mark))
        if any(_number(cell) is not None or cell.rstrip().endswith(":") for cell in head):
            continue  # a line of a log, not a header
        fields = [_field(cell) for cell in head]
        if "loss" not in fields and "accuracy" not in fields and "validation_loss" not in fields:
            continue
        try:
            rows = [line.split() for line in lines[1:]] if mark is None else list(csv.reader(lines[1:], delimiter=mark))
        except csv.Error:
            continue
        columns: dict[str, list[float | None]] = {}
        for place, field in enumerate(fields):
            if field and field not in columns:
                columns[field] = [_number(row[place]) if place < len(row) else None for row in rows[:MAX_ROWS]]
        whole = [n for n in range(len(rows[:MAX_ROWS])) if any(values[n] is not None for values in columns.values())]
        return _epochs({field: [values[n] for n in whole] for field, values in columns.items()})
    return ()


def _is_events(content: bytes) -> bool:
    """Return whether it begins like a TensorBoard file: a record's length, a checksum, and the version."""
    return len(content) > 24 and b"brain.Event:" in content[:64]


def read_folder(folder: Path) -> History:
    """Return the curves in TensorBoard's event files of a folder, such as Keras' logs/train and logs/validation.

    A file in a folder named after validation or test holds validation numbers. Raises DataError if there are none.
    """
    files = sorted(file for file in folder.rglob("*tfevents*") if file.is_file())[:MOST_FILES]
    columns: dict[str, dict[int, float]] = {}
    for file in files:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES or not _is_events(content):
            continue
        validates = any(part.lower().startswith(("val", "test", "eval")) for part in file.relative_to(folder).parts[:-1])
        for field, values in _scalars(content).items():
            name = f"validation_{field}" if validates and not field.startswith("validation") else field
            columns.setdefault(name, {}).update(values)
    return _told(_by_step(columns), folder.name)


def _tensorboard(content: bytes) -> tuple[EpochNumbers, ...]:
    return _by_step(_scalars(content))


def _by_step(columns: dict[str, dict[int, float]]) -> tuple[EpochNumbers, ...]:
    return _epochs({field: [values[step] for step in sorted(values)] for field, values in columns.items()})


def _scalars(content: bytes) -> dict[str, dict[int, float]]:
    """Return field -> step -> number of an event file."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.util.tensor_util import make_ndarray

    place, columns = 0, {}
    while place + 12 <= len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        data = content[place + 12 : place + 12 + length]
        place += 16 + length
        try:
            event = Event.FromString(data)
            for value in event.summary.value:
                field = _field(value.tag)
                if field is None:
                    continue
                number = (
                    value.simple_value if value.HasField("simple_value") else float(make_ndarray(value.tensor).reshape(-1)[0])
                )
                columns.setdefault(field, {})[event.step] = number
        except Exception:  # noqa: S112  a record that is cut off or of another kind
            continue
    return columns
