"""How fast our loops are, as ratios over the usual ones, and as shares of what the machine can do. One fresh process per row of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from clsf import FRAMEWORKS
from clsf.bench.rows import Measurement, Target, ratios, row
from clsf.engine.machine import cores
from clsf.errors import EngineError

MODELS = ("lecture-cnn", "lenet-5", "two-block-cnn")
BATCHES = (32, 128)

TARGETS: dict[str, Target] = {
    "tensorflow/lecture-cnn/batch-32/over-fit-without-xla": Target(1.25, "least"),
    "tensorflow/lecture-cnn/batch-32/over-fit": Target(1.8, "least"),
    "tensorflow/lecture-cnn/batch-32/over-tf-function-loop": Target(1.10, "least"),
    "torch/lecture-cnn/batch-32/over-dataloader-2-workers": Target(1.4, "least"),
    "torch/lecture-cnn/batch-32/over-dataloader-0-workers": Target(1.15, "least"),
    "tensorflow/lecture-cnn/batch-32/share-of-matrix-products": Target(0.70, "least"),
    "torch/lecture-cnn/batch-32/share-of-matrix-products": Target(0.50, "least"),
}
NEVER_SLOWER = Target(1.0, "least")  # at batch 128, everywhere
STREAMING = Target(0.02, "most")  # of the time

TRAINING = 3  # times the multiply-adds of a forward pass: forward, and backward by inputs and by weights


def names(framework: str, model: str, batch: int) -> list[str]:
    """Return the names of the rows that one process measures."""
    usual = {
        "tensorflow": ("fit", "fit-without-xla", "tf-function-loop"),
        "torch": ("dataloader-2-workers", "dataloader-0-workers"),
    }[framework]
    over = [f"over-{name}" for name in usual]
    return [f"{framework}/{model}/batch-{batch}/{what}" for what in (*over, "cost-of-streaming", "share-of-matrix-products")]


def rows(wanted: str, repeats: int) -> Iterator[Measurement]:
    """Measure everything whose name has `wanted` in it. Raises EngineError if a process fails."""
    for framework in FRAMEWORKS:
        for model in MODELS:
            for batch in BATCHES:
                if any(wanted in name for name in names(framework, model, batch)):
                    found = of(f"{framework}/{model}/batch-{batch}", told(framework, model, batch, repeats))
                    yield from (r for r in found if wanted in r.name)


def told(framework: str, model: str, batch: int, repeats: int) -> dict:
    """Run `clsf.bench.worker` in a fresh process, its threads pinned to the number of cores, and return what it said."""
    environment = {**os.environ, "CLSF_THREADS": str(cores()), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-m", "clsf.bench.worker", framework, model, str(batch), str(repeats)],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    if done.returncode:
        raise EngineError(
            "The benchmark of {framework} ended with {code}: {why}",
            framework=framework, code=done.returncode, why=done.stderr.strip()[-300:],
        )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def of(prefix: str, said: dict) -> Iterator[Measurement]:
    """Turn what a process measured into rows."""
    seconds = said["seconds"]
    ours = seconds["ours"]
    for name, others in seconds.items():
        if name != "ours":
            target = TARGETS.get(f"{prefix}/over-{name}", NEVER_SLOWER if prefix.endswith("batch-128") else None)
            yield row(f"{prefix}/over-{name}", ratios(ours, others), "ratio", target)
    yield row(f"{prefix}/cost-of-streaming", said["cost_of_streaming"], "share", STREAMING)
    work = 2 * TRAINING * said["multiply_adds"] * said["images"] / 1e9
    shares = [work / s / most for s, most in zip(ours, said["gigaflops"], strict=True)]
    yield row(f"{prefix}/share-of-matrix-products", shares, "share", TARGETS.get(f"{prefix}/share-of-matrix-products"))
