"""Measures how long a student waits for a run's first event: with warm workers, and with an engine that was just started."""

from __future__ import annotations

import time
from collections.abc import Iterator
from tempfile import TemporaryDirectory

from clsf import FRAMEWORKS
from clsf.bench.rows import Measurement, Target, row
from clsf.engine import start_engine
from clsf.events import BatchesEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.store import RunStore
from clsf.training_service import TrainingService

WARM, COLD = Target(1.0, "most"), Target(8.0, "most")
READY_SECONDS = 120.0


def rows(wanted: str, repeats: int) -> Iterator[Measurement]:
    """Measure the requested rows of each framework."""
    for framework in FRAMEWORKS:
        name = f"{framework}/first-event/cold"
        if wanted in name:
            yield row(name, [_cold(framework) for _ in range(min(repeats, 3))], "s", COLD)
        name = f"{framework}/first-event/warm"
        if wanted in name:
            yield row(name, _warm(framework, repeats), "s", WARM)


def _cold(framework: str) -> float:
    with TemporaryDirectory() as folder, TrainingService(start_engine(), RunStore.open(folder)) as service:
        return _first_batch(service, framework)


def _warm(framework: str, repeats: int) -> list[float]:
    with TemporaryDirectory() as folder, TrainingService(start_engine(), RunStore.open(folder)) as service:
        service.wait_warm(READY_SECONDS)
        return [_first_batch(service, framework) for _ in range(repeats)]


def _first_batch(service: TrainingService, framework: str) -> float:
    """Return the seconds from submitting a run until its first loss is there."""
    began = time.perf_counter()
    [run_id] = service.train(preset("lecture-cnn", 10), Plan("digits", epochs=1), (framework,))
    seconds = 0.0
    for _, event in service.follow([run_id]):
        if isinstance(event, BatchesEnded) and not seconds:
            seconds = time.perf_counter() - began
    return seconds
