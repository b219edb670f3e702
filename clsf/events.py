"""What a run says, in this order:

    DataProgress*  RunStarted  (BatchesEnded | EpochEnded | Paused | Resumed | LearningRateChanged | BestEpoch
                                | LayersInspected | PredictionsInspected | StepInspected)*  StoppedEarly?  WeightsRestored?  RunEnded

DataProgress comes only if a data set has to be fetched or prepared first. What looking inside tells is in
`clsf.inspection_events`. RunEnded comes once and last, also after a
stop and after a loss that is nan or out of hand. A run that fails says RunFailed instead, at any place, and nothing
after it. Events are frozen and hold plain Python values, so they cross processes, are stored, compared and printed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal

from clsf.inspection_events import LayersInspected, PredictionsInspected, StepInspected
from clsf.words import Sentence


@dataclass(frozen=True, slots=True)
class DataProgress:
    """A data set is being fetched or prepared."""

    stage: Literal["download", "read", "prepare"]
    done: int  # bytes of a download, images otherwise
    total: int


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The model is built and the first batch comes next. Everything that a fairness check asks for."""

    framework: str
    variant: str
    device: str  # "cpu", or the GPU's name
    threads: int
    versions: dict[str, str]  # package -> version
    epochs: int
    batches_per_epoch: int
    train_images: int
    validation_images: int
    input_shape: tuple[int, ...]  # (height, width, channels)
    parameters: int
    weights_hash: str  # SHA-256 of the initial weights, first 16 hex digits
    order_hash: str  # of the first epoch's batches
    seconds: float  # to load the data and build the model
    scale: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    """Mean and deviation per channel, in pixel values, where the training images decide them ("standardise"): with them the
    trained model can also be used without such images."""
    classes: tuple[str, ...] = ()  # names, in the order of the labels, for the same reason
    moment: float | None = None  # Unix time on the worker's clock; None: an older program did not tell
    images_hash: str = ""  # of the prepared images and their labels, see `clsf.data.hashes`; "": not told
    split_hash: str = ""  # of the split into training and validation images; "": not reported


@dataclass(frozen=True, slots=True)
class BatchesEnded:
    """Some batches in a row were trained on; tuples have one number per step."""

    epoch: int  # 1-based
    step: int  # of the first of these batches, 1-based over the whole run
    losses: tuple[float, ...]  # mean cross-entropy of each batch before its update, nats
    accuracies: tuple[float, ...]  # share of right answers in each batch before its update
    gradient_norms: tuple[float, ...] | None  # L2 over all gradients; None where the variant does not tell (fit)
    learning_rate: float  # of the last of these batches
    images_per_second: float  # in these batches
    seconds: float  # of training since the run started, at the end of these batches; pauses left out
    learning_rates: tuple[float, ...] | None = None  # of each batch, where a schedule makes them differ


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """One pass over the training images is done, and the validation images were looked at."""

    epoch: int  # 1-based
    train_loss: float  # mean over the epoch, measured while training: dropout on, weights changing
    train_accuracy: float
    validation_loss: float  # at the end of the epoch, dropout off
    validation_accuracy: float
    seconds: float  # of training in this epoch, validation left out
    validation_seconds: float
    images_per_second: float  # training only


@dataclass(frozen=True, slots=True)
class Paused:
    """Training waits after this step."""

    step: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """Training goes on after this step."""

    step: int


@dataclass(frozen=True, slots=True)
class LearningRateChanged:
    """From the step after this one on, another learning rate is in force: this one, times the share that a schedule says."""

    step: int
    learning_rate: float
    reason: Literal["asked", "plateau"] = "asked"  # plateau: the validation loss no longer fell


@dataclass(frozen=True, slots=True)
class BestEpoch:
    """The epoch that has just ended is the best so far on the validation images; told if the plan asks which it is."""

    epoch: int
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True, slots=True)
class StoppedEarly:
    """Patience has ended: training stops after this epoch, because no epoch was better than the best by `min_delta` for so long."""

    epoch: int
    best_epoch: int
    patience: int  # epochs


@dataclass(frozen=True, slots=True)
class WeightsRestored:
    """The model has the weights of this epoch, the best one, again: they are the ones that are kept."""

    epoch: int


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over. Losses and accuracies are those of the weights that are kept.

    They are the last whole epoch's, or those of the epoch whose weights were restored. A run that ended amid an epoch looks at
    the validation images once more; its training numbers are means since the last whole epoch. None: nothing was trained, or
    it is not a finite number.
    """

    framework: str
    # cut-off: the program ended first; time-limit: it took longer than this server allows
    reason: Literal["finished", "stopped", "diverged", "cut-off", "time-limit"]
    epochs: int  # whole epochs done
    seconds: float  # of training and validation, pauses left out
    images_per_second: float | None  # training, without each kind of batch's first call, which pays for tracing
    train_loss: float | None = None
    train_accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    peak_memory_mb: float | None = None  # the most that the worker's process held during the run, resident, 10**6 bytes
    moment: float | None = None  # Unix time on the worker's clock; None: an older program did not tell
    looks_asked: int = 0  # steps that were asked for in detail while it trained


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The run could not go on; the sentence says why and what to do."""

    sentence: Sentence


Event = (
    DataProgress | RunStarted | BatchesEnded | EpochEnded | Paused | Resumed | LearningRateChanged | BestEpoch | StoppedEarly
    | WeightsRestored | LayersInspected | PredictionsInspected | StepInspected | RunEnded | RunFailed
)  # fmt: skip

_CLASSES = {
    "data_progress": DataProgress,
    "run_started": RunStarted,
    "batches_ended": BatchesEnded,
    "epoch_ended": EpochEnded,
    "paused": Paused,
    "resumed": Resumed,
    "learning_rate_changed": LearningRateChanged,
    "best_epoch": BestEpoch,
    "stopped_early": StoppedEarly,
    "weights_restored": WeightsRestored,
    "layers_looked": LayersInspected,
    "predictions_looked": PredictionsInspected,
    "step_looked": StepInspected,
    "run_ended": RunEnded,
    "run_failed": RunFailed,
}
_NAMES = {cls: name for name, cls in _CLASSES.items()}


def event_to_json(event: Event) -> dict:
    """Return {"event": name, …} of JSON values. Numbers that JSON lacks (nan, infinities) become null."""
    data: dict = {"event": _NAMES[type(event)]}
    for f in fields(event):
        value = getattr(event, f.name)
        data[f.name] = value.to_json() if isinstance(value, Sentence) else _plain(value)
    return data


def event_to_text(event: Event) -> str:
    """Return an event as one line of JSON: between a worker and the store it is written once, here."""
    return to_text(event_to_json(event))


def to_text(data: object) -> str:
    """Return `data` as JSON text, without any framework's objects: torch's version is a TorchVersion, and unpickling one
    imports torch."""
    return json.dumps(data, default=_foreign, separators=(",", ":"))


class ReadEvents(list):
    """Events read from lines of `event_to_text`; the `lines` are kept too, so that the same text is not written again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(lines)
        super().__init__(event_from_json(json.loads(line)) for line in self.lines)


def event_from_json(data: dict) -> Event:
    """Read what `event_to_json` wrote; a null loss or norm becomes nan again."""
    cls = _CLASSES[data["event"]]
    values = {f.name: data[f.name] for f in fields(cls) if f.name in data}
    for name in ("losses", "accuracies", "gradient_norms", "learning_rates", "input_shape"):
        if values.get(name) is not None:
            values[name] = tuple(math.nan if x is None else x for x in values[name])
    if cls in (EpochEnded, BestEpoch):
        values = {n: math.nan if v is None else v for n, v in values.items()}
    if cls in (RunStarted, PredictionsInspected, StepInspected):
        values = {n: _rows(v) for n, v in values.items()}
    if cls is RunFailed:
        values["sentence"] = Sentence.from_json(values["sentence"])
    return cls(**values)


def _rows(value: object) -> object:
    """Return lists, and lists in them, as the tuples that they were; what is in a dict stays."""
    return tuple(_rows(x) for x in value) if isinstance(value, list) else value


def _foreign(value: object) -> object:
    return value.item() if hasattr(value, "item") else str(value)  # a NumPy number; anything else in words


def _plain(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_plain(x) for x in value]
    if isinstance(value, dict):
        return {name: _plain(x) for name, x in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
