"""Runs with faults that only show in curves, and healthy versions of them: `python -m tests.cases.runs.signs NAMES` trains and keeps them.

They train as the dashboard does, by `clsf.training.run`, in this process. Two can't be made by a plan alone. For one, PyTorch's
DataLoader reads from a source that pauses repeatedly. For the other, processes compete for the core from the middle of the run
on. `signs.jsonl.gz` in this folder holds the results; numbers are rounded.
"""

from __future__ import annotations

import gzip
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from clsf import training
from clsf.control import Control
from clsf.doctor.measured import HEALTHY, MeasuredRun
from clsf.doctor.records import facts_of, history_of
from clsf.events import Event
from clsf.faults.doctor import diagnose
from clsf.model.layers import made
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.record import RunRecord

FILE = Path(__file__).parent / "signs.jsonl.gz"

WAITS, AFTER = 0.5, 128  # seconds of each pause, and images between pauses
OTHERS = 4  # processes that take the core


def deep(activation: str, layers: int = 10, units: int = 64) -> ModelSpec:
    """Return hidden layers of one kind in a row, with nothing that limits gradients."""
    hidden = [made("Linear", units, activation=activation) for _ in range(layers)]
    return ModelSpec(f"deep-{activation}", (made("Flat"), *hidden, made("Linear", 10)))


def hidden(*units: int, activation: str = "relu") -> ModelSpec:
    """Return hidden layers with these numbers of units."""
    return ModelSpec("hidden", (made("Flat"), *(made("Linear", n, activation=activation) for n in units), made("Linear", 10)))


FEW = Plan("shapes", epochs=40, optimizer="adam", learning_rate=0.002, batch_size=16, train_limit=300)
MANY = replace(FEW, epochs=6, train_limit=800)
DIGITS = Plan("digits", epochs=20, optimizer="adam", learning_rate=0.01)
LONG = Plan("shapes", epochs=16, optimizer="sgd", learning_rate=0.05, batch_size=16, train_limit=1000)
LOADER = replace(LONG, epochs=10, variants={"torch": "dataloader"})

RUNS: dict[str, tuple[str, ModelSpec, Plan]] = {
    "overfitting": ("overfitting", preset("lecture-cnn"), FEW),
    "overfitting-twin": (HEALTHY, preset("lecture-cnn"), MANY),
    "plateau": ("plateau", hidden(32), replace(DIGITS, l2=0.05)),
    "plateau-twin": (HEALTHY, hidden(32), DIGITS),
    "exploding": ("gradient-size", hidden(256, 128), Plan("digits", epochs=4, optimizer="sgd", learning_rate=2.0)),
    "exploding-once": ("gradient-size", hidden(256, 128), Plan("digits", epochs=4, optimizer="sgd", learning_rate=5.0)),
    "exploding-twin": (HEALTHY, hidden(256, 128), Plan("digits", epochs=6, optimizer="sgd", learning_rate=0.1)),
    "vanishing": ("gradient-size", deep("sigmoid"), Plan("digits", epochs=6, optimizer="sgd", learning_rate=0.05, look_inside=True)),
    "vanishing-twin": (HEALTHY, deep("relu", 4), Plan("digits", epochs=6, optimizer="sgd", learning_rate=0.05, look_inside=True)),
    "dead": ("dead-units", hidden(256, 128), Plan("digits", epochs=6, optimizer="adam", learning_rate=0.3, look_inside=True)),
    "starved": ("throughput", preset("lecture-cnn"), LOADER),
    "starved-twin": (HEALTHY, preset("lecture-cnn"), LOADER),
    "taken": ("throughput", preset("lecture-cnn"), LONG),
    "taken-twin": (HEALTHY, preset("lecture-cnn"), LONG),
}  # fmt: skip
"""Name -> the kind that the run shows, its model and its plan."""


def train(framework: str, spec: ModelSpec, plan: Plan, told: Callable[[RunRecord], None] = lambda record: None) -> RunRecord:
    """Train here. `told` is called after every event."""
    record = RunRecord("run", "group", framework, spec, plan, time.time())

    def tell(event: Event) -> None:
        record.fold(event)
        told(record)

    training.run(framework, spec, plan, Control(), tell)
    return record


@contextmanager
def stops_again_and_again() -> Iterator[None]:
    """Make PyTorch's image source wait after every `AFTER` images, as a slow drive does."""
    from clsf.backends.torch.fit import RunImages

    usual, read = RunImages.__getitem__, [0]

    def slow(self: RunImages, index: int) -> object:
        read[0] += 1
        if read[0] % AFTER == 0:
            time.sleep(WAITS)
        return usual(self, index)

    RunImages.__getitem__ = slow
    try:
        yield
    finally:
        RunImages.__getitem__ = usual


def _count() -> None:
    while True:
        pass


def taken(framework: str, spec: ModelSpec, plan: Plan) -> RunRecord:
    """Train on one core; from the middle of the run on, other processes use it too."""
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    others = [multiprocessing.get_context("fork").Process(target=_count, daemon=True) for _ in range(OTHERS)]

    def told(record: RunRecord) -> None:
        if len(record.epochs) == plan.epochs // 2 and others[0].pid is None:
            for other in others:
                other.start()

    try:
        return train(framework, spec, plan, told)
    finally:
        for other in others:
            if other.pid is not None:
                other.terminate()


def recorded(name: str, framework: str) -> MeasuredRun:
    kind, spec, plan = RUNS[name]
    if name == "taken":
        record = taken(framework, spec, plan)
    elif name == "starved":
        with stops_again_and_again():
            record = train(framework, spec, plan)
    else:
        record = train(framework, spec, plan)
    return MeasuredRun(kind, framework, plan.data, plan.seed, name, plan.optimizer, history_of(record), facts_of(record))


def _short(value: object) -> object:
    if isinstance(value, float):
        return float(np.format_float_positional(value, 4, fractional=False)) if np.isfinite(value) else value
    if isinstance(value, tuple):
        return tuple(map(_short, value))
    return value


def shortened(case: MeasuredRun) -> MeasuredRun:
    """Return the case with the numbers of its curves rounded to four digits."""
    told = {
        name: _short(getattr(case.history, name))
        for name in ("losses", "accuracies", "gradient_norms", "learning_rates", "speeds")
    }
    return replace(case, history=replace(case.history, **told))


def main(names: list[str]) -> None:
    """Train each run in its own process and replace its entry in the file."""
    here = Path(os.environ.get("SIGNS", FILE))
    for name in names or RUNS:
        for framework in ("torch", "tensorflow"):
            if name.startswith("starved") and framework != "torch":
                continue
            line = subprocess.run([sys.executable, "-m", __name__.replace("__main__", "tests.cases.runs.signs"), "--one", name, framework], check=True, capture_output=True, text=True).stdout.splitlines()[-1]  # fmt: skip
            case = MeasuredRun.from_line(line)
            lines = gzip.decompress(here.read_bytes()).decode().splitlines() if here.exists() else []
            lines = [old for old in lines if MeasuredRun.from_line(old).key != case.key] + [case.to_line()]
            here.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
            named = [(v.kind, v.evidence.epoch) for v in diagnose(case.history, case.facts)]
            print(name, framework, case.fault, named, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(shortened(recorded(*sys.argv[2:4])).to_line())
    else:
        main(sys.argv[1:])
