"""Whether the numbers of a run agree with each other and with its model, by arithmetic alone: an invented curve does not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from clsf.backends.initial import weights_hash
from clsf.capsule import Capsule
from clsf.errors import TeachingError
from clsf.events import BatchesEnded, EpochEnded, RunEnded, RunFailed, RunStarted, WeightsRestored
from clsf.training import start_weights
from clsf.words import Sentence, say

NEAR = 1e-6  # relative, of means that were computed from the same numbers in another order
WHOLE = 1e-4  # that a number of images may be off a whole one, after a share of them was kept as a float
MOST_DRAWN = 5_000_000  # parameters whose initial weights are drawn again


@dataclass(frozen=True, slots=True)
class ClaimedCurve:
    """What a run claims of the weights that it kept."""

    loss: float | None  # on validation images
    accuracy: float | None
    unconfirmed: tuple[Sentence, ...] = ()


@dataclass(slots=True)
class _Epoch:
    sizes: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)


def checked(capsule: Capsule) -> ClaimedCurve:
    """Return what the run claims of its weights. Raises TeachingError, which names the first number that contradicts others."""
    started = next(event for event in capsule.events if isinstance(event, RunStarted))
    end = capsule.events[-1]
    if isinstance(end, RunFailed):
        raise TeachingError("Its run did not end well, so there is nothing to grade in it.")
    unconfirmed = tuple(_begin(capsule, started))
    epochs, last, restored = _epochs(capsule, started)
    kept = epochs.get(restored, last) if restored else last
    _end(end, kept, restored, len(epochs))
    exact = end.validation_loss is not None
    return ClaimedCurve(end.validation_loss if exact else None, end.validation_accuracy if exact else None, unconfirmed)


def _begin(capsule: Capsule, started: RunStarted) -> list[Sentence]:
    """Check what was said before the first step; return what could not be confirmed."""
    plan, analysis = capsule.plan, capsule.model.analyse(capsule.input_shape)
    if started.parameters != analysis.parameters:
        raise _changed(say("its number of parameters"))
    if started.epochs != plan.epochs or started.batches_per_epoch != -(-started.train_images // plan.batch_size):
        raise _changed(say("its number of batches"))
    if plan.begin_from is not None or plan.weights is not None or analysis.parameters > MOST_DRAWN:
        return [say("Its initial weights can't be drawn again.")]
    if weights_hash(start_weights(analysis, plan)) != started.weights_hash:
        raise _changed(say("its initial weights"))
    return []


def _epochs(capsule: Capsule, started: RunStarted) -> tuple[dict[int, EpochEnded], EpochEnded | None, int]:
    """Check each epoch against its batches. Return the epochs, the last one, and the one whose weights were put back, 0 for none."""
    plan, images = capsule.plan, started.train_images
    rest = images - (started.batches_per_epoch - 1) * plan.batch_size
    seen: dict[int, EpochEnded] = {}
    sums, restored = _Epoch(), 0
    for event in capsule.events:
        if isinstance(event, BatchesEnded):
            if event.epoch != len(seen) + 1:
                raise _changed(say("the batches of epoch {epoch}", epoch=event.epoch))
            for loss, accuracy in zip(event.losses, event.accuracies, strict=True):
                last = len(sums.sizes) == started.batches_per_epoch - 1
                size = rest if last else plan.batch_size
                _whole_images(accuracy, size, event.epoch)
                sums.sizes.append(size)
                sums.losses.append(loss)
                sums.right.append(accuracy * size)
            if len(sums.sizes) > started.batches_per_epoch:
                raise _changed(say("the batches of epoch {epoch}", epoch=event.epoch))
        elif isinstance(event, EpochEnded):
            if len(sums.sizes) != started.batches_per_epoch:
                raise _changed(say("the batches of epoch {epoch}", epoch=event.epoch))
            loss = sum(a * b for a, b in zip(sums.losses, sums.sizes, strict=True)) / images
            if not _near(loss, event.train_loss) or not _near(sum(sums.right) / images, event.train_accuracy):
                raise _changed(say("the training curve in epoch {epoch}", epoch=event.epoch))
            _whole_images(event.validation_accuracy, started.validation_images, event.epoch)
            seen[event.epoch], sums = event, _Epoch()
        elif isinstance(event, WeightsRestored):
            restored = event.epoch
    return seen, seen.get(len(seen)), restored


def _end(end: RunEnded, kept: EpochEnded | None, restored: int, epochs: int) -> None:
    """Check that the final numbers equal those of the epoch that the weights come from."""
    if end.epochs != epochs or (restored and kept is None):
        raise _changed(say("its end"))
    if kept is None or end.validation_loss is None or end.reason != "finished":
        return  # stopped within an epoch: the weights are evaluated again, see clsf.teaching.rerun
    for name in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"):
        said = getattr(end, name)
        if said is not None and not _near(said, getattr(kept, name)):
            raise _changed(say("its end"))


def _whole_images(share: float, images: int, epoch: int) -> None:
    count = share * images
    if (
        not math.isfinite(count)
        or not -WHOLE <= count <= images + WHOLE
        or abs(count - round(count)) > max(WHOLE, 1e-6 * images)
    ):
        raise _changed(say("the accuracy in epoch {epoch}", epoch=epoch))


def _near(one: float, other: float) -> bool:
    if not math.isfinite(one) or not math.isfinite(other):
        return math.isfinite(one) == math.isfinite(other)
    return abs(one - other) <= NEAR * max(abs(one), abs(other), 1.0)


def _changed(what: Sentence) -> TeachingError:
    return TeachingError("Its run was changed: {what} does not fit the other numbers.", what=what)
