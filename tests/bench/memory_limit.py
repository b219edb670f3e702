"""How long runs take on a host with little memory: the same runs, one after another, with two limits of a worker's memory.

    python -m tests.bench.memory_limit --framework torch

Each limit gets engines of its own, in the order small, large, large, small, so that a machine that slows down does not favour one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from clsf import FRAMEWORKS
from clsf.engine import start_engine
from clsf.engine.machine import machine_text
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.store import RunStore
from clsf.training_service import TrainingService


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--framework", default="torch", choices=FRAMEWORKS)
    parser.add_argument("--model", default="two-block-cnn")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--small", default="1250MB")
    parser.add_argument("--large", default="4GB")
    options = parser.parse_args(arguments)
    print(machine_text())
    took: dict[str, list[float]] = {options.small: [], options.large: []}
    for limit in (options.small, options.large, options.large, options.small):
        os.environ["CLSF_WORKER_MEMORY"] = limit
        seconds, ended, most = _runs(options.framework, options.model, options.runs)
        took[limit].append(sum(seconds))
        told = " ".join(f"{one:.1f}" for one in seconds)
        print(f"{limit}: {sum(seconds):.1f} s ({told}); {ended} of {options.runs} finished; at most {most:.0f} MB", flush=True)
    ratio = statistics.mean(took[options.small]) / statistics.mean(took[options.large])
    print(f"with {options.small} {ratio:.2f} times as long as with {options.large}")


def _runs(framework: str, model: str, count: int) -> tuple[list[float], int, float]:
    """Train `count` times on 32×32×3, batch 128; return the seconds of each, how many finished, and the worker's most memory, MB."""
    spec, plan = preset(model, 10), Plan("shapes", batch_size=128, epochs=2)
    seconds, finished, most = [], 0, 0.0
    with TemporaryDirectory() as folder, TrainingService(start_engine((framework,)), RunStore.open(folder)) as service:
        service.wait_warm(180)
        for _ in range(count):
            began = time.perf_counter()
            [run_id] = service.train(spec, plan, (framework,))
            for _ in service.follow([run_id]):
                pass
            seconds.append(time.perf_counter() - began)
            finished += service.record(run_id).status == "finished"
            most = max(most, *(worker.memory_mb or 0.0 for worker in service.state().workers))
    return seconds, finished, most


if __name__ == "__main__":
    main()
