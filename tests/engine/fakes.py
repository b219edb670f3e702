"""Fake training jobs that run in workers: quick, without a framework, with every kind of failure."""

from __future__ import annotations

import os
import signal
import tempfile
import time

import numpy as np

from clsf.control import Control
from clsf.errors import EngineError
from clsf.events import BatchesEnded, EpochEnded, LearningRateChanged, Paused, Resumed, RunEnded, RunStarted

STEP_SECONDS = 0.02
kept = []  # stays in the worker after the run
kept_clock = []  # difference between wall clock and monotonic clock, before it was set


def warm(framework: str) -> str:
    return "cpu"


def slow_warm(framework: str) -> str:
    time.sleep(1.5)
    return "cpu"


def run(framework, spec, plan, control: Control, tell, keep=lambda weights: None) -> None:
    """Behave as `clsf.training.run` does for `plan.epochs` epochs of ten steps; `spec.name` selects a fault."""
    fault = spec.name
    if fault == "raises":
        raise ValueError("the cat sat on the keyboard " * 50)
    if fault == "says no":
        raise EngineError("The {thing} is too {how}.", thing="model", how="large")
    tell(
        RunStarted(
            framework, plan.variants[framework], "cpu", 1, {"fake": "1"}, plan.epochs, 10, 320, 80, (8, 8, 1), 650, "0" * 16,
            "1" * 16, 0.01,
        )
    )  # fmt: skip
    rate, step, done = plan.learning_rate, 0, 0
    if fault == "grows":
        kept.append(np.ones(45_000_000))  # 360 MB

    def ended(reason: str) -> None:
        tell(RunEnded(framework, reason, done, step * STEP_SECONDS, 1000.0))
        keep({"0.kernel": np.full((3, 2), float(step)), "0.bias": np.zeros(2, "float32")})

    for epoch in range(1, plan.epochs + 1):
        for _ in range(10):
            if control.waiting and fault != "deaf":
                tell(Paused(step))
                while not control.wait(1.0):
                    pass
                if not control.stepping and not control.stopped:
                    tell(Resumed(step))
            if control.stopped and fault != "deaf":
                time.sleep(1.5 if fault == "slow to stop" else 0)
                ended("stopped")
                return
            changed = control.take_learning_rate()
            if changed is not None:
                rate = changed
                tell(LearningRateChanged(step, rate))
            time.sleep(0 if fault == "quick" else STEP_SECONDS)
            if fault == "dies" and step == 5:
                os.kill(os.getpid(), signal.SIGKILL)
            if fault == "eats" and step == 5:
                kept.append(np.ones(80_000_000))  # 640 MB
                time.sleep(20)
            if control.stepping:
                control.take_step()
            step += 1
            tell(BatchesEnded(epoch, step, (1.0 / step,), (0.5,), (1.0,), rate, 1000.0, step * STEP_SECONDS))
        done = epoch
        tell(EpochEnded(epoch, 1.0, 0.5, 1.0, 0.5, 10 * STEP_SECONDS, 0.01, 1000.0))
    ended("finished")


class Version(str):
    """Like torch.__version__: text, but of a framework's class."""


Version.__module__, Version.__qualname__ = "torch.torch_version", "TorchVersion"


def version() -> Version:
    """Return what the app must not unpickle. (pickle looks the class up, so it must be importable by its name.)"""
    import sys
    import types

    sys.modules.setdefault("torch", types.ModuleType("torch"))
    sys.modules.setdefault("torch.torch_version", types.ModuleType("torch.torch_version"))
    sys.modules["torch.torch_version"].TorchVersion = Version
    return Version("2")


def twice(values: dict) -> dict:
    return {**values, "a": 2 * values["a"]}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def nap(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


def leave_a_file() -> str:
    """Leave a temporary file, like a library that removes it when the process ends; return its path."""
    with tempfile.NamedTemporaryFile(delete=False) as file:
        return file.name


def say_no() -> None:
    raise EngineError("No {thing} today.", thing="job")


def break_down() -> None:
    raise KeyError("nothing")


def set_clock(seconds: float) -> None:
    """Shift this process's clock by a number of seconds."""
    import distributed.worker

    began = kept_clock[0] if kept_clock else time.time() - time.monotonic()
    kept_clock[:] = [began]
    time.time = distributed.worker.time = lambda: time.monotonic() + began + seconds


def pid_and_environment() -> tuple[int, dict[str, str]]:
    return os.getpid(), {
        name: os.environ.get(name, "") for name in ("OMP_NUM_THREADS", "CLSF_THREADS", "MALLOC_TRIM_THRESHOLD_")
    }


def beat(framework, spec, plan, control, tell, keep=lambda weights: None) -> None:
    """Report the time 30 times, slowly enough that no event waits for another."""
    for step in range(1, 31):
        time.sleep(0.15)
        tell(BatchesEnded(1, step, (time.time(),), (0.5,), None, 0.1, 1.0, 0.15 * step))
    tell(RunEnded(framework, "finished", 1, 4.5, 1.0))


def told(dask_worker) -> dict:
    """Return dask's settings that are really in effect in this worker's process."""
    import dask

    memory = dask_worker.memory_manager
    return {
        "profile": dask.config.get("distributed.worker.profile.enabled") or "profile" in dask_worker.periodic_callbacks,
        "memory": [memory.memory_target_fraction, memory.memory_spill_fraction, memory.memory_pause_fraction],
        "watched": "memory_monitor" in dask_worker.periodic_callbacks,
        "tick": dask_worker.periodic_callbacks["tick"].callback_time,
        "monitor": dask_worker.periodic_callbacks["monitor"].callback_time,
        "pages": len(dask_worker.http_application.wildcard_router.rules),
    }


def nap_and_tell(path: str, seconds: float) -> tuple[int, int]:
    """Write this process's id into a file, sleep, and return it with the process's priority."""
    with open(path, "w") as file:
        file.write(str(os.getpid()))
    time.sleep(seconds)
    return os.getpid(), os.nice(0)


def pages_of_five_steps() -> int:
    """Return how many pages are requested from the system while 42 MiB are allocated and freed five times, after one warm-up."""
    import resource

    def step() -> None:
        arrays = [np.ones(7 * 2**18) for _ in range(3)]  # 14 MiB each: from one heap; each thread has its own
        del arrays

    step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
