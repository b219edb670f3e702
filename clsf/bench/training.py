"""Measures a student's training speed: in the dashboard's warm worker, by the default rules, over textbook loops and the floor.

Four loops take turns, repeat by repeat: a run in the engine of this process, as the dashboard starts it; a textbook loop in a
process that has none of our settings; and, in a third process, our loop alone by both rules and the minimum that a step can take.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from tempfile import TemporaryDirectory

from clsf import FRAMEWORKS
from clsf.bench.loops import BenchCase, Process
from clsf.bench.rows import Measurement, Target, enough, ratios, row
from clsf.data import catalogue
from clsf.engine import start_engine
from clsf.events import EpochEnded
from clsf.optimizers import DEFAULT, POPULAR
from clsf.runs.store import RunStore
from clsf.training_service import TrainingService

DIGITS, PHOTOGRAPHS = "digits", "shapes"  # 8×8×1, and CIFAR-10's size without a network

ROUND_SECONDS = 0.4  # that a repeat of one loop takes, about
LEAST_EPOCHS = 2  # of a run; its first is not counted: a graph is traced in it
LEAST_STEPS = 10
READY_SECONDS = 180.0

SMALL = [
    ("mlp", DIGITS, DEFAULT, 32),
    ("mlp", DIGITS, POPULAR, 32),
    ("tiny", DIGITS, DEFAULT, 32),
    ("lenet-5", DIGITS, DEFAULT, 32),
]
LECTURE = [("lecture-cnn", DIGITS, DEFAULT, 32), ("lecture-cnn", DIGITS, POPULAR, 32)]
LARGE = [("lecture-cnn", PHOTOGRAPHS, DEFAULT, 32), ("lecture-cnn", PHOTOGRAPHS, DEFAULT, 128)]

TEXTBOOK = {
    "tensorflow": ("fit", "fit-without-xla", "tf-function-loop"),
    "torch": ("dataloader-2-workers", "dataloader-0-workers"),
}
SHARE = "share-of-products-alone"
OWN = "time-over-floor", "time-engine-over-alone", "time-aligned-over-native"


def cases() -> list[BenchCase]:
    """Return the cases: students' first models, and the lecture's network on images of CIFAR-10's size."""
    return [
        BenchCase(framework, model, data, batch, optimizer)
        for framework in FRAMEWORKS
        for model, data, optimizer, batch in (*SMALL, *LECTURE, *LARGE)
    ]


def target(case: BenchCase, what: str) -> Target | None:
    """Return the target of a row; None where it is only reported."""
    if what in ("time-engine-over-alone", "time-aligned-over-native"):
        return Target(1.05, "most")
    if what == SHARE:
        return Target(0.85, "least")
    if what == "time-over-floor":
        return Target(1.4, "most") if case.framework == "torch" and case.data == DIGITS else None
    loop = what.removeprefix("over-")
    if case.batch_size > 32:
        return Target(1.05, "least")
    if case.data == DIGITS:
        return Target(1.5, "least") if loop in ("dataloader-0-workers", "tf-function-loop") else None
    return {
        "fit": Target(1.4, "least"), "fit-without-xla": Target(1.4, "least"), "tf-function-loop": Target(1.3, "least"),
        "dataloader-0-workers": Target(1.4, "least"),
    }.get(loop)  # fmt: skip


def names(case: BenchCase) -> list[str]:
    """Return the names of a case's rows."""
    own = (*OWN, SHARE) if case.large else OWN
    return [f"{case.name}/{what}" for what in (*(f"over-{loop}" for loop in TEXTBOOK[case.framework]), *own)]


def rows(wanted: str, repeats: int) -> Iterator[Measurement]:
    """Measure every case that has `wanted` in a row's name. Raises EngineError if a process fails."""
    chosen = [case for case in cases() if any(wanted in name for name in names(case))]
    if not chosen:
        return
    frameworks = tuple(f for f in FRAMEWORKS if any(case.framework == f for case in chosen))
    with TemporaryDirectory() as folder, TrainingService(start_engine(frameworks), RunStore.open(folder)) as service:
        service.wait_warm(READY_SECONDS)
        for framework in frameworks:
            with ExitStack() as stack:
                processes = [stack.enter_context(Process(framework, side)) for side in ("textbook", "ours")]
                for case in (c for c in chosen if c.framework == framework):
                    for process in processes:
                        process.begin(case)
                    yield from (r for r in of(case, measured(case, service, processes, repeats)) if wanted in r.name)


def measured(case: BenchCase, service: TrainingService, processes: list[Process], repeats: int) -> dict[str, list[float]]:
    """Return name of a loop -> seconds of a step in each repeat; "engine" is the run in the dashboard's worker.

    Ends before `repeats` if every ratio is known well enough.
    """
    loops: dict[str, Callable[[], float]] = {}
    for process in processes:
        for name in process.names:
            steps = max(int(ROUND_SECONDS / max(process.seconds(name, 20) / 20, 1e-5)), LEAST_STEPS)
            loops[name] = lambda process=process, name=name, steps=steps: process.seconds(name, steps) / steps
    batches = catalogue.info(case.data).trained(case.plan("aligned").validation_share) / case.batch_size
    alone = loops["aligned"]()
    epochs = max(int(ROUND_SECONDS / (alone * batches)) + 1, LEAST_EPOCHS)
    loops["engine"] = lambda: _in_engine(case, service, epochs, batches)
    loops["engine"]()
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    for number in range(repeats):
        order = list(loops)
        for name in order[number % len(order) :] + order[: number % len(order)]:  # rotated, so that none is always first
            seconds[name].append(loops[name]())
        if all(enough(r, target(case, what)) for what, r in compared(case, seconds).items()):
            break
    return seconds


def compared(case: BenchCase, seconds: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return name of a row -> its ratios, repeat by repeat."""
    ratios_of = {f"over-{loop}": ratios(seconds["engine"], seconds[loop]) for loop in TEXTBOOK[case.framework]}
    pairs = ("engine", "floor"), ("engine", "aligned"), ("aligned", "native")
    ratios_of |= {what: ratios(seconds[other], seconds[one]) for what, (one, other) in zip(OWN, pairs, strict=True)}
    return ratios_of | ({SHARE: ratios(seconds["engine"], seconds["products"])} if case.large else {})


def of(case: BenchCase, seconds: dict[str, list[float]]) -> Iterator[Measurement]:
    """Convert a case's measurements to rows."""
    for what, values in compared(case, seconds).items():
        yield row(f"{case.name}/{what}", values, "ratio", target(case, what))
    yield row(f"{case.name}/step", [1000 * s for s in seconds["engine"]], "ms")


def _in_engine(case: BenchCase, service: TrainingService, epochs: int, batches: float) -> float:
    """Train in the warm worker as the dashboard does; return the seconds of a step, the median over all epochs but the first."""
    [run_id] = service.train(case.spec(), case.plan("aligned", epochs), (case.framework,))
    seconds = [event.seconds for _, event in service.follow([run_id]) if isinstance(event, EpochEnded)]
    return statistics.median(seconds[1:]) / batches
