"""How much quicker an experiment is whose small runs share the cores, and how far its time left is off after the second run.

    python -m tests.bench.experiments --framework torch --runs 8 --epochs 20

Takes turns with the same experiment, one run after the other. "cold": the further workers are started for it; "warm": they are there from
the one before. The weights of all four are compared bit by bit.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import time
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from clsf import FRAMEWORKS
from clsf.engine import start_engine
from clsf.engine.machine import machine_text
from clsf.experiments import sets, start
from clsf.experiments.fitting import fitting
from clsf.experiments.remaining import seconds_left
from clsf.experiments.together import together
from clsf.experiments.values import Experiment
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.store import RunStore
from clsf.training_service import TrainingService

ROUNDS = (("cold", False), ("in turn", True), ("warm", False), ("in turn", True))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--framework", default="torch", choices=(*FRAMEWORKS, "both"))
    parser.add_argument("--model", default="lenet-5")
    parser.add_argument("--runs", type=int, default=8, help="seeds, in each framework")
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args(arguments)
    frameworks = FRAMEWORKS if options.framework == "both" else (options.framework,)
    spec = preset(options.model, 10)
    plan = fitting(spec, Plan("digits", epochs=options.epochs))
    experiment = Experiment("seeds", sets.seeds(spec, plan, options.runs), frameworks)
    print(f"{machine_text()}; {together(experiment)} at a time")
    took: dict[str, list[float]] = {}
    weights = set()
    with TemporaryDirectory() as folder, TrainingService(start_engine(frameworks), RunStore.open(folder)) as service:
        service.wait_warm(180)
        _measured(service, Experiment("seeds", sets.seeds(spec, plan, 2), frameworks), in_turn=True)
        for name, in_turn in ROUNDS:
            seconds, left, said = _measured(service, experiment, in_turn)
            took.setdefault(name, []).append(seconds)
            weights.add(said)
            print(f"{name:8s} {seconds:6.1f} s; after the second run {left:+.0%} off", flush=True)
    alone = statistics.median(took["in turn"])
    print(f"cold {took['cold'][0] / alone:.2f}, warm {took['warm'][0] / alone:.2f} of one after the other; ", end="")
    print("the same weights" if len(weights) == 1 else "OTHER WEIGHTS")


def _measured(service: TrainingService, experiment: Experiment, in_turn: bool) -> tuple[float, float, str]:
    """Return the seconds, by what share the time left was off when two runs were over, and a hash of all weights."""
    began, said = time.time(), None
    name = start.start(service, experiment, "bench", "", in_turn)
    while True:
        found = start.find(service, name)
        if found.over and len(found.members) == experiment.runs:
            break
        if said is None and sum(member.record.over for member in found.members) >= 2:
            said = time.time(), seconds_left(found.members, time.time())
        time.sleep(0.02)
    ended = time.time()
    off = 0.0 if said is None or said[1] is None else said[1] / max(ended - said[0], 0.1) - 1
    digest = hashlib.sha256()
    for member in found.members:
        for values in service.weights(member.record.run_id).values():
            digest.update(values.tobytes())
    return ended - began, off, digest.hexdigest()


if __name__ == "__main__":
    main()
