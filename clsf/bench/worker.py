"""Inside a fresh process with one framework: times the loops of one model and batch size, all in turn, repeat by repeat.

    python -m clsf.bench.worker tensorflow lecture-cnn 32 5

The last line on stdout is JSON: name of a loop -> seconds per repeat, and what the machine reaches in matrix products.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module

from clsf import backends
from clsf.backends.initial import initial_weights
from clsf.control import Control
from clsf.data.images import Prepared
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.engine.outbox import Outbox
from clsf.events import BatchesEnded, Event
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.training import train

DATA = "shapes"  # of CIFAR-10's size, and there without a network
ROUND_SECONDS = 1.5  # that one repeat of a loop takes, about
WARM_STEPS = 12  # before anything is timed: tracing, memory, kernels


def plan_for(batch_size: int) -> Plan:
    """Return the plan that ours trains; RMSprop as in the lecture, each framework's own rule, as a student would use it."""
    return Plan(DATA, batch_size=batch_size, epochs=1000, rules="native", device="cpu")


def ours(framework: str, spec: ModelSpec, plan: Plan, prepared: Prepared, streaming: bool) -> Callable[[int], None]:
    """Return a function that goes on training for so many steps (or a chunk more) in our loop.

    With `streaming` each event is made JSON and sent on its way as in a worker of the dashboard; without, it is dropped.
    """
    analysis = spec.check(prepared.shape, len(prepared.classes))
    backend = backends.load(framework).build(spec, plan, prepared, initial_weights(analysis, plan.start, plan.seed, plan.dtype))
    events = train(backend, framework, prepared, plan, Control())
    box = Outbox(lambda message: None) if streaming else None
    ahead = 0  # steps done beyond what was asked for; the next call does so many fewer

    def steps(count: int) -> None:
        nonlocal ahead
        count, ahead = count - ahead, 0
        for event in _counted(events):
            if box is not None:
                box.tell(event)
            if isinstance(event, BatchesEnded):
                count -= len(event.losses)
                if count <= 0:
                    ahead = -count
                    return

    return steps


def _counted(events: Iterator[Event]) -> Iterator[Event]:
    while True:  # not `yield from`: closing this must not close the training
        yield next(events)


def measure(framework: str, model: str, batch_size: int, repeats: int) -> dict:
    """Time every loop `repeats` times, in turn. Return {"seconds": name -> seconds, "steps", "gigaflops", "multiply_adds"}."""
    spec, plan = preset(model, 10), plan_for(batch_size)
    prepared = prepare(open_dataset(DATA), plan)
    usual = import_module(f"clsf.backends.{framework}.usual")
    loops = {
        "ours": ours(framework, spec, plan, prepared, streaming=True),
        "ours-silent": ours(framework, spec, plan, prepared, streaming=False),
        **usual.ways(spec, plan, prepared),
    }
    for loop in loops.values():
        loop(WARM_STEPS)
    began = time.perf_counter()
    loops["ours"](WARM_STEPS)
    steps = max(int(WARM_STEPS * ROUND_SECONDS / (time.perf_counter() - began)), 20)
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    gigaflops = []
    for number in range(repeats):
        names = list(loops)
        for name in names[number % len(names) :] + names[: number % len(names)]:  # nobody is always first
            began = time.perf_counter()
            loops[name](steps)
            seconds[name].append(time.perf_counter() - began)
        gigaflops.append(usual.gigaflops())
    return {
        "seconds": seconds, "steps": steps, "gigaflops": gigaflops,
        "multiply_adds": spec.analyse(prepared.shape).multiply_adds, "images": steps * batch_size,
    }  # fmt: skip


if __name__ == "__main__":
    framework, model, batch_size, repeats = sys.argv[1:5]
    print(json.dumps(measure(framework, model, int(batch_size), int(repeats))))
