"""The loop's counters: time without pauses, how many steps to take at once, sums over an epoch."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from clsf.backends.base import StepReport

CHUNK_SECONDS = 0.1
"""What one chunk of steps should take: short enough to stop at once, long enough that reporting costs nothing."""

MAX_CHUNK = 256  # steps


class Clock:
    """Wall-clock seconds of work, lap by lap; what is skipped (a pause, validation) belongs to no lap."""

    def __init__(self) -> None:
        self._mark = time.perf_counter()

    def lap(self) -> float:
        """Return the seconds since the last lap or skip."""
        now = time.perf_counter()
        seconds, self._mark = now - self._mark, now
        return seconds

    def skip(self) -> None:
        """Let the time since the last lap belong to nothing."""
        self._mark = time.perf_counter()


@dataclass
class Pace:
    """How many steps the next chunk has, so that a chunk takes about CHUNK_SECONDS."""

    steps: int = 1

    def took(self, steps: int, seconds: float) -> None:
        """Learn from a chunk; grow at most twofold, because a first call also includes tracing and says little."""
        wanted = int(CHUNK_SECONDS * steps / max(seconds, 1e-6))
        self.steps = max(1, min(wanted, 2 * self.steps, MAX_CHUNK))


@dataclass
class Speed:
    """Images per second of training without the first call for each size of batch, which pays for tracing."""

    images: int = 0
    seconds: float = 0.0
    _all: list[float] = field(default_factory=lambda: [0, 0.0])
    _sizes: set[int] = field(default_factory=set)

    def add(self, sizes: list[int], seconds: float) -> None:
        """Note that batches of these sizes took these seconds together."""
        self._all[0] += sum(sizes)
        self._all[1] += seconds
        if self._sizes.issuperset(sizes):
            self.images += sum(sizes)
            self.seconds += seconds
        self._sizes.update(sizes)

    @property
    def images_per_second(self) -> float | None:
        images, seconds = (self.images, self.seconds) if self.images else self._all
        return images / seconds if images else None


@dataclass
class EpochSum:
    """Sums over the batches of one epoch, each batch weighted by its images."""

    images: int = 0
    seconds: float = 0.0
    _loss: float = 0.0
    _correct: int = 0

    def add(self, report: StepReport, sizes: list[int], seconds: float) -> None:
        self.images += sum(sizes)
        self.seconds += seconds
        self._loss += float(report.losses @ sizes)
        self._correct += int(report.correct.sum())

    @property
    def loss(self) -> float:
        return self._loss / self.images

    @property
    def accuracy(self) -> float:
        return self._correct / self.images

    @property
    def images_per_second(self) -> float:
        return self.images / max(self.seconds, 1e-9)
