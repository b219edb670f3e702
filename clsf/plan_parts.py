"""The parts of a plan that are values of their own: schedule, plateau, stopping, augmentation. Each is checked when made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from clsf import checks
from clsf.checks import field as word
from clsf.errors import PlanError
from clsf.schedule_kinds import CONSTANT, SCHEDULE_KINDS

ClipKind = Literal["value", "norm", "global-norm"]
Monitor = Literal["loss", "accuracy"]

SCHEDULES = tuple(SCHEDULE_KINDS)
MONITORS, CLIPPINGS = get_args(Monitor), get_args(ClipKind)


class FrozenDict(Mapping):
    """A mapping that can't change and has a hash, so that a frozen plan can hold it. Equal to a dict with the same items."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        self._values = dict(values or {})

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __reduce__(self) -> tuple:
        """Be rebuilt from the values: a class with slots is else pickled by new protocols only, and Streamlit's cache uses an old one."""
        return FrozenDict, (self._values,)

    def __repr__(self) -> str:
        return repr(self._values)


NOTHING = FrozenDict()


@dataclass(frozen=True, slots=True)
class Schedule:
    """How the learning rate changes with the steps: a share of the plan's learning rate, see `clsf.schedule_kinds`.

    Before that, `warmup_epochs` of a straight line from almost 0 to 1. Defaults: no schedule at all.
    """

    kind: str = CONSTANT  # see `clsf.schedule_kinds`
    warmup_epochs: float = 0.0
    factor: float = 0.5  # of those that decay
    every: int = 1  # epochs, where it falls in steps
    floor: float = 0.0  # share of the learning rate that a cosine ends at, and a range test begins with

    def __post_init__(self) -> None:
        checks.known(PlanError, word("schedule"), self.kind, SCHEDULES)
        checks.between(PlanError, word("warmup_epochs"), self.warmup_epochs, 0, 1000)
        checks.number(PlanError, word("factor"), self.factor, 0, 1)
        checks.whole(PlanError, word("every"), self.every, 1, 1000)
        checks.between(PlanError, word("floor"), self.floor, 0, 1)

    @property
    def begins(self) -> float:
        """The share of the learning rate that a range test begins with; 0 stands for the usual 1e-5."""
        return self.floor or 1e-5

    @property
    def varies(self) -> bool:
        """Whether the learning rate is not the same at every step."""
        return self.kind != CONSTANT or self.warmup_epochs > 0


@dataclass(frozen=True, slots=True)
class Plateau:
    """Reduce the learning rate when the validation loss has not fallen by `min_delta` for `patience` epochs.

    Keras' rule: `keras.callbacks.ReduceLROnPlateau`. torch's scheduler of that name waits one epoch more for the same
    number, and means a share of the loss by its threshold unless `threshold_mode="abs"`.
    """

    patience: int = 2  # epochs
    factor: float = 0.5
    min_delta: float = 1e-4  # nats
    lowest: float = 0.0  # learning rate; never reduced below

    def __post_init__(self) -> None:
        checks.whole(PlanError, word("patience"), self.patience, 1, 1000)
        checks.number(PlanError, word("factor"), self.factor, 0, 0.999)
        checks.between(PlanError, word("min_delta"), self.min_delta, 0, 10)
        checks.between(PlanError, word("lowest"), self.lowest, 0, 1e12)


@dataclass(frozen=True, slots=True)
class Clipping:
    """How gradients are kept small before the update; the reported norm is the one before.

    value:       each number of a gradient by itself, into ±limit (Keras `clipvalue`, torch `clip_grad_value_`)
    norm:        each weight array by itself: g · limit / max(norm of g, limit) (Keras `clipnorm`; torch's `clip_grad_norm_` is not this)
    global-norm: all arrays together, by one factor (Keras `global_clipnorm`, torch `clip_grad_norm_`)

    Source: Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, section 3.2.
    """

    kind: ClipKind = "global-norm"
    limit: float = 1.0

    def __post_init__(self) -> None:
        checks.known(PlanError, word("clipping"), self.kind, CLIPPINGS)
        checks.number(PlanError, word("limit"), self.limit, 0, 1e12)


@dataclass(frozen=True, slots=True)
class Stopping:
    """When to stop before the last epoch, and which epoch's weights to keep. Only validation images decide.

    The best epoch is the one with the smallest validation loss, or the largest validation accuracy; the first of equals.
    """

    patience: int | None = None  # epochs without a better one until training stops; None: never
    restore_best: bool = False  # keep the weights of the best epoch in place of the last one's
    checkpoint: bool = False  # keep the weights of the best epoch in addition to the last one's
    monitor: Monitor = "loss"
    min_delta: float = 0.0  # nats, or share of right answers, that counts as better for `patience`

    def __post_init__(self) -> None:
        if self.patience is not None:
            checks.whole(PlanError, word("patience"), self.patience, 1, 1000)
        checks.one_of(PlanError, word("restore_best"), self.restore_best, (True, False))
        checks.one_of(PlanError, word("checkpoint"), self.checkpoint, (True, False))
        checks.known(PlanError, word("monitor"), self.monitor, MONITORS)
        checks.between(PlanError, word("min_delta"), self.min_delta, 0, 10)


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How training images are varied, another way in every epoch; validation images never. See `clsf.data.augment`."""

    flip: bool = False  # left and right, for every second image
    shift: int = 0  # pixels, at most, in each direction
    rotation: float = 0.0  # degrees, at most, to either side
    brightness: float = 0.0  # share, at most, up or down
    cutout: int = 0  # side in pixels of a square that is blotted out

    def __post_init__(self) -> None:
        checks.one_of(PlanError, word("flip"), self.flip, (True, False))
        checks.whole(PlanError, word("shift"), self.shift, 0, 128)
        checks.between(PlanError, word("rotation"), self.rotation, 0, 180)
        checks.between(PlanError, word("brightness"), self.brightness, 0, 1)
        checks.whole(PlanError, word("cutout"), self.cutout, 0, 256)

    @property
    def any(self) -> bool:
        """Whether anything is varied at all."""
        return bool(self.flip or self.shift or self.rotation or self.brightness or self.cutout)
