"""Measures a worker's memory when it trains on as many images as CIFAR-10 has, above the framework's own import."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import numpy as np
import psutil

from clsf import FRAMEWORKS
from clsf.bench.rows import Measurement, Target, row
from clsf.errors import EngineError

IMAGES = 50_000
STEPS = 60
TARGET = Target(1200, "most")


def rows(wanted: str, repeats: int) -> Iterator[Measurement]:
    """Measure the frameworks whose row was requested, each in new processes."""
    for framework in FRAMEWORKS:
        name = f"{framework}/memory-of-50000-images"
        if wanted in name:
            yield row(name, [_told(framework) for _ in range(min(repeats, 3))], "MB", TARGET)


def _told(framework: str) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "clsf.bench.memory", framework], capture_output=True, text=True, check=False,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    if done.returncode:
        raise EngineError(
            "The benchmark of {framework} ended with {code}: {why}",
            framework=framework, code=done.returncode, why=done.stderr.strip()[-300:],
        )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])["megabytes"]


def measure(framework: str) -> float:
    """Return this process' peak memory in training minus its memory after the framework's import, in 10**6 bytes.

    As in a worker: the images are on disk as uint8 and mapped, which counts as resident when they were read.
    """
    from clsf import backends
    from clsf.backends.initial import initial_weights
    from clsf.bench.loops import BenchCase
    from clsf.data.images import Prepared
    from clsf.memory import PeakMemory
    from clsf.model.presets import preset
    from clsf.optimizers import DEFAULT
    from clsf.training import epoch_order

    backend = backends.load(framework)
    import_module(f"clsf.backends.{framework}.device").setup()
    spec, plan, draw = (
        preset("lecture-cnn", 10),
        BenchCase(framework, "lecture-cnn", "shapes", 32, DEFAULT).plan("native"),
        np.random.default_rng(0),
    )
    before = psutil.Process().memory_info().rss / 1e6
    peak = PeakMemory()
    prepared = Prepared(
        pixels=draw.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8), labels=draw.integers(0, 10, IMAGES),
        classes=tuple("0123456789"), train=np.arange(IMAGES * 4 // 5), validation=np.arange(IMAGES * 4 // 5, IMAGES),
        mean=np.zeros(3), deviation=np.full(3, 255.0),
    )  # fmt: skip
    built = backend.build(spec, plan, prepared, initial_weights(spec.analyse((32, 32, 3)), "glorot", 0, "float32"))
    built.train_steps(np.stack(epoch_order(prepared, plan, 1)[:STEPS]), 0)
    built.evaluate(prepared.validation)
    return peak.megabytes() - before


if __name__ == "__main__":
    print(json.dumps({"megabytes": measure(sys.argv[1])}))
