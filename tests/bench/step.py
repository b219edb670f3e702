"""Where a training step goes, operation by operation, in our loop and in a textbook's: `python -m tests.bench.step`.

Each loop runs in a process of its own, first as it is (the step's time), then under its framework's profiler (milliseconds of the
operations in it; two that run at a time count both). The table is Markdown, as in tests/bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from clsf.bench.loops import BenchCase, environment, ours, textbook, timed
from clsf.optimizers import DEFAULT

STEPS = 60  # under the profiler
LOOPS = {
    "tensorflow": {"ours": "aligned", "textbook": "tf-function-loop"},
    "torch": {"ours": "aligned", "textbook": "dataloader-0-workers"},
}

GROUPS = (
    ("convolution, backward", r"convolution_backward|Conv2DBackprop"),
    ("convolution, forward", r"mkldnn_convolution|FusedConv2D|:_?\w*Conv2D$|thnn_conv2d|slow_conv2d"),
    ("pooling", r"pool2d|MaxPool|AvgPool"),
    ("dense layers", r"aten::(add)?mm$|MatMul"),
    ("activation and bias", r"clamp_min|threshold_backward|aten::(tanh|sigmoid|gelu)|Relu|BiasAdd|Tanh"),
    ("loss", r"log_softmax|nll_loss|SoftmaxCrossEntropy|dropout|bernoulli|Dropout|argmax|ArgMax"),
)
"""What an operation belongs to by its name; one that is inside a range (the optimizer's, say) belongs to that."""

RANGES = (
    ("optimizer", r"^Optimizer\.step#|(^|/)(rm_?s_?prop|adam|sgd)(_\d+)?/"),
    ("images", r"^images$|^enumerate\(DataLoader\)|IteratorGetNext|(^|/)(GatherV2|Cast|sub|truediv)(_\d+)?:"),
    ("norm of the gradient", r"^norm$|global_norm"),
)
OTHER = "the rest"


def group(name: str, around: Iterable[str] = ()) -> str:
    """Return what an operation belongs to, given its name and the names of the ranges that it is in."""
    names = (name, *around)
    for title, pattern in RANGES:
        if any(re.search(pattern, each) for each in names):
            return title
    return next((title for title, pattern in GROUPS if re.search(pattern, name)), OTHER)


def torch_groups(loop: Callable[[int], int | None]) -> dict[str, float]:
    """Return milliseconds of a step by group, of PyTorch's operations."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU]) as told:
        taken = loop(STEPS) or STEPS
    spent = Counter()
    for event in told.events():
        around, parent = [], event.cpu_parent
        while parent is not None:
            around.append(parent.name)
            parent = parent.cpu_parent
        spent[group(event.name, around)] += event.self_cpu_time_total / 1000 / taken
    return dict(spent)


def tensorflow_groups(loop: Callable[[int], int | None]) -> dict[str, float]:
    """Return milliseconds of a step by group, of TensorFlow's operations."""
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        taken = loop(STEPS) or STEPS
        tf.profiler.experimental.stop()
        (file,) = Path(folder).rglob("*.xplane.pb")
        told = xplane_pb2.XSpace.FromString(file.read_bytes())
    spent = Counter()
    for plane in told.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if re.fullmatch(r"[^:]+:\w+", name):  # NODE:KERNEL is an operation; all else is around operations
                    spent[group(name)] += event.duration_ps / 1e9 / taken
    return dict(spent)


def _ranges_of_ours() -> None:
    """Have our PyTorch loop say which part of a step it is in."""
    from torch.profiler import record_function

    from clsf.backends.torch import flat, optimizers
    from clsf.backends.torch.backend import TorchBackend

    def told(owner: object, name: str, title: str) -> None:
        own = getattr(owner, name)

        def inside(*arguments: object) -> object:
            with record_function(title):
                return own(*arguments)

        setattr(owner, name, inside)

    told(optimizers.Optimizers, "step", "Optimizer.step#ours")
    told(TorchBackend, "_received", "images")
    told(flat, "norm", "norm")


def measured(case: BenchCase, side: str) -> dict[str, float]:
    """Return milliseconds of a step: "step" as it is, and by group. In this process, which loads the framework."""
    loop = (ours if side == "ours" else textbook)(case)[LOOPS[case.framework][side]]
    loop(STEPS)
    count = max(int(0.5 * STEPS / timed(loop, STEPS)), 10)
    step = statistics.median(timed(loop, count) / count * 1000 for _ in range(7))
    if case.framework == "torch":
        if side == "ours":
            _ranges_of_ours()
            loop = ours(case)["aligned"]  # built anew, with the ranges
            loop(STEPS)
        return {"step": step, **torch_groups(loop)}
    return {"step": step, **tensorflow_groups(loop)}


def table(columns: dict[str, dict[str, float]]) -> str:
    """Return a Markdown table, a column per loop: the step, and under it the milliseconds and the share of each group."""
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    steps = [f"**{told['step']:.2f}**" for told in columns.values()]
    lines.append(f"| **a step**, ms | {' | '.join(steps)} |")
    for title in (*(name for name, _ in GROUPS), *(name for name, _ in RANGES), OTHER):
        cells = []
        for told in columns.values():
            everything = sum(value for name, value in told.items() if name != "step")
            cells.append(f"{told.get(title, 0.0):.2f} ({100 * told.get(title, 0.0) / everything:.0f} %)")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="lecture-cnn")
    parser.add_argument("--data", default="shapes")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--one", metavar="FRAMEWORK/SIDE", help="measure one loop in this process, and print JSON")
    given = parser.parse_args()
    if given.one:
        framework, side = given.one.split("/")
        print(json.dumps(measured(BenchCase(framework, given.model, given.data, given.batch, DEFAULT), side)))
        return
    columns = {}
    for framework, sides in LOOPS.items():
        for side, loop in sides.items():
            own = ["--one", f"{framework}/{side}", "--model", given.model, "--data", given.data, "--batch", str(given.batch)]
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.step", *own], check=True, text=True, env=environment(side),
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            columns[f"{framework}, {'ours' if side == 'ours' else loop}"] = json.loads(done.stdout.splitlines()[-1])
    print(table(columns))


if __name__ == "__main__":
    main()
