"""Loops in a process of their own, timed on request: ours, textbook loops, and the minimum that a step can take.

    python -m clsf.bench.loops torch ours

Reads a case as a line of JSON, and prints the names of its loops when they are warm; then answers each line "NAME STEPS" with
the seconds, until the next case. So the loops of several processes take turns, and each process has its own settings: "ours"
has ours, "textbook" has none of them.
Only training steps are timed: nothing is validated between epochs (ours, which always does, gets one batch of it).
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from tempfile import TemporaryFile
from typing import Literal, Self

from clsf import FRAMEWORKS
from clsf.data import catalogue
from clsf.engine import allocator
from clsf.errors import EngineError
from clsf.experiments.fitting import fitting
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

WARM_STEPS = 12  # before anything is timed: tracing, memory, kernels
LARGE_IMAGE = 32  # pixels in height
LIBRARY_SPIN = "300000"
"""How often a thread of libgomp looks for work before it sleeps, by default. Importing our PyTorch half changes it."""

OURS = ("CLSF_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GOMP_SPINCOUNT")


@dataclass(frozen=True, slots=True)
class BenchCase:
    """The model and plan of a benchmark row. A learning rate does not change the time, so it is the plan's."""

    framework: str
    model: str
    data: str
    batch_size: int
    optimizer: str

    @property
    def name(self) -> str:
        return f"{self.framework}/{self.model}/{self.data}/{self.optimizer}/batch-{self.batch_size}"

    @property
    def large(self) -> bool:
        """Whether a step is mostly arithmetic: on photographs' size."""
        return catalogue.info(self.data).shape[0] >= LARGE_IMAGE

    def spec(self) -> ModelSpec:
        return preset(self.model, len(catalogue.info(self.data).classes))

    def plan(self, rules: str, epochs: int = 1000) -> Plan:
        """Return the plan of a case; images are resized where the model needs them larger, as on the Experiments page."""
        plan = Plan(self.data, batch_size=self.batch_size, epochs=epochs, rules=rules, optimizer=self.optimizer, device="cpu")
        return fitting(self.spec(), plan)


def environment(side: str) -> dict[str, str]:
    """Return a side's environment: without the user's settings for this program, and "textbook" with the library's own spinning."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return kept | {"TF_CPP_MIN_LOG_LEVEL": "3"} | ({} if side == "ours" else {"GOMP_SPINCOUNT": LIBRARY_SPIN})


class Process:
    """A process with the loops of one side, for one case after another. Raises EngineError if it ends."""

    def __init__(self, framework: str, side: Literal["ours", "textbook"]) -> None:
        self._case, self._errors = framework, TemporaryFile("w+", errors="replace")  # noqa: SIM115  closed in __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", "clsf.bench.loops", framework, side],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True, env=environment(side),
        )  # fmt: skip
        self.names: list[str] = []

    def begin(self, case: BenchCase) -> None:
        """Build the loops of a case; returns when they are warm."""
        self._case = case.name
        self.names = self._asked(json.dumps(asdict(case)))

    def seconds(self, name: str, steps: int) -> float:
        """Return the seconds that the given number of steps of a loop take."""
        return self._asked(f"{name} {steps}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):  # it was asked something after it had ended
            self._process.stdin.close()
        self._process.stdout.close()
        self._errors.close()

    def _asked(self, line: str) -> object:
        with suppress(BrokenPipeError):  # the process' error is reported below
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        for answer in self._process.stdout:
            if answer.startswith("@ "):  # libraries print, too
                return json.loads(answer[2:])
        code = self._process.wait()
        self._errors.seek(0)
        last = [line.strip() for line in self._errors if line.strip()][-1:] or [""]
        raise EngineError("The benchmark of {framework} ended with {code}: {why}", framework=self._case, code=code, why=last[0])


def textbook(case: BenchCase) -> dict[str, Callable[[int], None]]:
    """Return the textbook loops, in a process that has none of our settings."""
    from clsf.data.prepare import prepare
    from clsf.data.sources import open_dataset

    plan = case.plan("native")
    prepared = prepare(open_dataset(case.data), plan)
    baseline = import_module(f"clsf.backends.{case.framework}.baseline")
    return baseline.training_loops(case.spec(), plan, prepared)


def ours(case: BenchCase) -> dict[str, Callable[[int], int | None]]:
    """Return our loop by both rules, and the least that a step can take.

    "floor": forward, backward and the optimizer's own step on one prepared batch. "products": the convolutions and matrix products
    alone; only for large models, as a small one's step is mostly overhead.
    """
    from clsf.data.prepare import prepare
    from clsf.data.sources import open_dataset

    allocator.keep_between_steps()
    import_module(f"clsf.backends.{case.framework}.device").setup()
    plan = case.plan("native")
    prepared = prepare(open_dataset(case.data), plan)
    prepared = replace(prepared, validation=prepared.validation[: case.batch_size])
    spec = case.spec()
    baseline = import_module(f"clsf.backends.{case.framework}.baseline")
    loops = {
        "aligned": _steps(case.framework, spec, case.plan("aligned"), prepared),
        "native": _steps(case.framework, spec, plan, prepared),
        "floor": baseline.floor(spec, plan, prepared),
    }
    if case.large:
        loops["products"] = import_module(f"clsf.backends.{case.framework}.products").products(spec, plan, prepared.shape)
    return loops


def _steps(framework: str, spec, plan: Plan, prepared) -> Callable[[int], int]:
    """Return a function that trains on for a number of steps in our loop, with its events sent as in a worker."""
    from clsf import backends
    from clsf.backends.initial import initial_weights
    from clsf.control import Control
    from clsf.engine.event_batcher import EventBatcher
    from clsf.events import BatchesEnded, Event
    from clsf.training import train

    analysis = spec.check(prepared.shape, len(prepared.classes))
    backend = backends.load(framework).build(spec, plan, prepared, initial_weights(analysis, plan.start, plan.seed, plan.dtype))

    def trained() -> Iterator[Event]:
        while True:  # the longest plan is a few seconds of a small network
            yield from train(backend, framework, prepared, plan, Control())

    events, box = trained(), EventBatcher(lambda message: None)

    def steps(count: int) -> int:
        taken = 0
        while taken < count:
            event = next(events)
            box.tell(event)
            if isinstance(event, BatchesEnded):
                taken += len(event.losses)
        return taken

    return steps


def timed(loop: Callable[[int], int | None], steps: int) -> float:
    """Return the seconds that a loop takes for a number of steps. One that works in chunks returns how many steps it took."""
    began = time.perf_counter()
    taken = loop(steps) or steps
    return (time.perf_counter() - began) * steps / taken


def _serve(framework: str, side: str) -> Iterator[object]:
    if framework not in FRAMEWORKS:
        raise ValueError(framework)
    loops: dict[str, Callable[[int], int | None]] = {}
    for line in sys.stdin:
        if line.startswith("{"):
            loops.clear()
            gc.collect()  # a model is part of reference cycles, and the next one needs its memory
            loops = (ours if side == "ours" else textbook)(BenchCase(**json.loads(line)))
            for loop in loops.values():
                loop(WARM_STEPS)
            yield list(loops)
        else:
            name, steps = line.split()
            yield timed(loops[name], int(steps))


if __name__ == "__main__":
    for answer in _serve(*sys.argv[1:]):
        print(f"@ {json.dumps(answer)}", flush=True)
