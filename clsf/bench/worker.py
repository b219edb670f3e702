"""Inside a fresh process with one framework: times the loops of one model and batch size, all in turn, repeat by repeat.

    python -m clsf.bench.worker tensorflow lecture-cnn 32 5

Only training steps are timed, on both sides: nothing is validated between epochs (ours, which always does, gets one batch of it).
The last line on stdout is JSON: name of a loop -> seconds per repeat, and what the machine reaches in matrix products.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module

from clsf import backends
from clsf.backends.initial import initial_weights
from clsf.control import Control
from clsf.data.images import Prepared
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.engine.event_batcher import EventBatcher
from clsf.events import BatchesEnded, Event
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.training import train

DATA = "shapes"  # of CIFAR-10's size, and there without a network
ROUND_SECONDS = 1.3  # that one repeat of a loop takes, about
SLICES = (
    8  # that a repeat of ours has for the cost of streaming, with and without it in turn: so little is seen only side by side
)
WARM_STEPS = 12  # before anything is timed: tracing, memory, kernels


def plan_for(batch_size: int) -> Plan:
    """Return the plan that ours trains; RMSprop as in the lecture, each framework's own rule, as a student would use it."""
    return Plan(DATA, batch_size=batch_size, epochs=1000, rules="native", device="cpu")


def ours(framework: str, spec: ModelSpec, plan: Plan, prepared: Prepared, streaming: bool) -> Callable[[int], int]:
    """Return a function that goes on training for so many steps (or a chunk more) in our loop, and says how many it took.

    With `streaming` each event is made JSON and sent on its way as in a worker of the dashboard; without, it is dropped.
    """
    analysis = spec.check(prepared.shape, len(prepared.classes))
    backend = backends.load(framework).build(spec, plan, prepared, initial_weights(analysis, plan.start, plan.seed, plan.dtype))
    events = train(backend, framework, prepared, plan, Control())
    box = EventBatcher(lambda message: None) if streaming else None
    ahead = 0  # steps done beyond what was asked for; the next call does so many fewer

    def steps(count: int) -> int:
        nonlocal ahead
        count, ahead, taken = count - ahead, 0, 0
        if count <= 0:
            ahead = -count
            return 0
        for event in _counted(events):
            if box is not None:
                box.tell(event)
            if isinstance(event, BatchesEnded):
                taken += len(event.losses)
                if taken >= count:
                    ahead = taken - count
                    return taken
        raise AssertionError("a run of so many epochs does not end")

    return steps


def _counted(events: Iterator[Event]) -> Iterator[Event]:
    while True:  # not `yield from`: closing this must not close the training
        yield next(events)


def measure(framework: str, model: str, batch_size: int, repeats: int) -> dict:
    """Time every loop `repeats` times, in turn.

    Returns {"seconds": name -> seconds of each repeat, "cost_of_streaming": share of the time of ours,
    "steps": of a repeat, "images": of a repeat, "gigaflops": of each repeat, "multiply_adds": of one image}.
    """
    spec, plan = preset(model, 10), plan_for(batch_size)
    prepared = prepare(open_dataset(DATA), plan)
    prepared = replace(prepared, validation=prepared.validation[:batch_size])
    baseline = import_module(f"clsf.backends.{framework}.baseline")
    streaming, silent = (ours(framework, spec, plan, prepared, streaming=told) for told in (True, False))
    loops = {"ours": streaming, **baseline.training_loops(spec, plan, prepared)}
    for loop in (*loops.values(), silent):
        loop(WARM_STEPS)
    began = time.perf_counter()
    streaming(WARM_STEPS)
    steps = max(int(WARM_STEPS * ROUND_SECONDS / (time.perf_counter() - began)), 2 * SLICES)
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    cost, gigaflops = [], []
    for number in range(repeats):
        names = list(loops)
        for name in names[number % len(names) :] + names[: number % len(names)]:  # nobody is always first
            seconds[name].append(timed(loops[name], steps))
        parts = [(per_step(streaming, steps // SLICES), per_step(silent, steps // SLICES)) for _ in range(SLICES)]
        cost.append(statistics.median(1 - quiet / told for told, quiet in parts))
        gigaflops.append(baseline.gigaflops())
    return {
        "seconds": seconds, "cost_of_streaming": cost, "steps": steps, "images": steps * batch_size, "gigaflops": gigaflops,
        "multiply_adds": spec.analyse(prepared.shape).multiply_adds,
    }  # fmt: skip


def timed(loop: Callable[[int], None], steps: int) -> float:
    """Return the seconds that a loop takes for so many steps."""
    began = time.perf_counter()
    loop(steps)
    return time.perf_counter() - began


def per_step(loop: Callable[[int], int], steps: int) -> float:
    """Return the seconds that a step of ours takes."""
    began = time.perf_counter()
    taken = loop(max(steps, 1))
    while not taken:  # it was ahead
        began = time.perf_counter()
        taken = loop(max(steps, 1))
    return (time.perf_counter() - began) / taken


if __name__ == "__main__":
    framework, model, batch_size, repeats = sys.argv[1:5]
    print(json.dumps(measure(framework, model, int(batch_size), int(repeats))))
