"""Event files for TensorBoard, written without a framework: scalars, histograms, the plan as text, TensorFlow's graph.

The layout and the names are those of `keras.callbacks.TensorBoard`: a folder `train` and a folder `validation`, in them
`epoch_loss`, `epoch_accuracy`, `batch_loss`, …, and a histogram for every weight. A torch program writes such files with
`torch.utils.tensorboard.SummaryWriter`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from clsf.runs.record import RunRecord
from clsf.runs.sharing import shared

if TYPE_CHECKING:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import HistogramProto

MOST_STEPS = 10_000
"""Maximum number of steps written; of a longer run every second, third, … one, because TensorBoard shows only about a thousand."""


def tensorboard_zip(record: RunRecord, graph: bytes | None = None) -> bytes:
    """Return a zip file; unpacked, its folder is what `tensorboard --logdir` takes. `graph`: a serialized GraphDef."""
    name = f"{record.framework}-{record.run_id[:8]}"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        stamp = f"events.out.tfevents.{int(record.created)}.clsf"
        archive.writestr(f"{name}/train/{stamp}", _file(_train(record, graph)))
        archive.writestr(f"{name}/validation/{stamp}", _file(_validation(record)))
    return file.getvalue()


def _file(events: Iterable[Event]) -> bytes:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    file = io.BytesIO()
    writer = RecordWriter(file)
    first = True
    for event in events:
        if first:
            writer.write(Event(wall_time=event.wall_time, file_version="brain.Event:2").SerializeToString())
            first = False
        writer.write(event.SerializeToString())
    return file.getvalue()


def _train(record: RunRecord, graph: bytes | None) -> Iterator[Event]:
    from tensorboard.compat.proto.event_pb2 import Event

    steps, start = record.steps, record.created
    yield _text(record)
    if graph is not None:
        yield Event(wall_time=start, graph_def=graph)
    count = len(steps)
    for n in range(0, count, -(-count // MOST_STEPS) or 1):
        values = {
            "batch_loss": steps.losses[n],
            "batch_accuracy": steps.accuracies[n],
            "learning_rate": steps.learning_rates[n],
        }
        if steps.gradient_norms:
            values["gradient_norm"] = steps.gradient_norms[n]
        yield _scalars(start + steps.seconds[n], n + 1, values)
    for epoch in list(record.epochs):
        values = {"epoch_loss": epoch.train_loss, "epoch_accuracy": epoch.train_accuracy}
        yield _scalars(_wall(record, epoch.epoch), epoch.epoch, values)
    for look in list(record.layers_looked):
        yield _histograms(start + steps.seconds[look.step - 1], look.step, look.layers)
        yield _scalars(
            start + steps.seconds[look.step - 1],
            look.step,
            {f"update_ratio/{n}": told["ratio"] for n, told in look.layers.items() if told["ratio"] is not None}
            | {f"dead_relu/{path}": share for path, share in look.dead.items()},
        )


def _validation(record: RunRecord) -> Iterator[Event]:
    for epoch in list(record.epochs):
        values = {"epoch_loss": epoch.validation_loss, "epoch_accuracy": epoch.validation_accuracy}
        yield _scalars(_wall(record, epoch.epoch), epoch.epoch, values)


def _wall(record: RunRecord, epoch: int) -> float:
    """Return when an epoch ended, as if the run had started when it was requested and was never paused."""
    per_epoch = record.started.batches_per_epoch if record.started else 1
    seconds = record.steps.seconds
    return record.created + (seconds[min(epoch * per_epoch, len(seconds)) - 1] if seconds else 0.0)


def _scalars(wall_time: float, step: int, values: dict[str, float]) -> Event:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    told = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
    return Event(wall_time=wall_time, step=step, summary=Summary(value=told))


def _histograms(wall_time: float, step: int, layers: dict[str, dict]) -> Event:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    told = []
    for name, look in layers.items():
        told.append(Summary.Value(tag=f"weights/{name}", histo=_histogram(look["weights"])))
        if look["gradients"] is not None:
            told.append(Summary.Value(tag=f"gradients/{name}", histo=_histogram(look["gradients"])))
    return Event(wall_time=wall_time, step=step, summary=Summary(value=told))


def _histogram(told: dict) -> HistogramProto:
    from tensorboard.compat.proto.summary_pb2 import HistogramProto

    low, high, counts = told["low"], told["high"], told["counts"]
    width = (high - low) / len(counts) or max(abs(low), 1.0) * 1e-6  # one value: a bin with a width above 0
    centres = [low + width * (n + 0.5) for n in range(len(counts))]
    return HistogramProto(
        min=low,
        max=high,
        num=sum(counts),
        sum=sum(c * n for c, n in zip(centres, counts, strict=True)),  # from the bins' centres: the numbers are not stored
        sum_squares=sum(c * c * n for c, n in zip(centres, counts, strict=True)),
        bucket_limit=[low + width * (n + 1) for n in range(len(counts))],
        bucket=counts,
    )


def _text(record: RunRecord) -> Event:
    """Return the model and the plan as text for TensorBoard."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.types_pb2 import DT_STRING

    told = json.dumps({"model": record.model.to_json(), "plan": shared(record.plan).to_json()}, indent=1)
    told = "".join(f"    {line}\n" for line in told.splitlines())  # four spaces: a Markdown code block
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
    value = Summary.Value(tag="plan", metadata=metadata, tensor=TensorProto(dtype=DT_STRING, string_val=[told.encode()]))
    return Event(wall_time=record.created, summary=Summary(value=[value]))
