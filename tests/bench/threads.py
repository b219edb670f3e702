"""One thread against all of them in PyTorch, alone and beside a busy process: `python -m tests.bench.threads`.

Times forward, backward and the optimizer's step on one batch of 32 that lies ready. It is what `clsf/small_steps.py` is chosen by.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from clsf.bench.loops import WARM_STEPS, BenchCase, ours, timed
from clsf.data import catalogue
from clsf.data.prepare import prepared_shape
from clsf.optimizers import DEFAULT

CASES = (("mlp", "digits"), ("lecture-cnn", "digits"), ("lenet-5", "digits"), ("lecture-cnn", "shapes"))
SECONDS = 0.15  # that one repeat takes, about
REPEATS = 7


def medians(loop, counts: tuple[int, ...]) -> list[str]:
    """Return milliseconds of a step with each count of threads, which take turns."""
    import torch

    seconds = {count: [] for count in counts}
    for repeat in range(REPEATS + 1):
        for count in counts:
            torch.set_num_threads(count)
            steps = max(int(SECONDS * WARM_STEPS / timed(loop, WARM_STEPS)), 5)
            if repeat:  # the first warms up
                seconds[count].append(timed(loop, steps) / steps)
    return [f"{1000 * statistics.median(each):.2f}" for each in seconds.values()]


def main() -> None:
    from clsf.backends.torch.device import threads

    counts = (1, threads())
    print(
        "| million multiply-adds a step | one thread, ms | all | one, beside a busy process | all, beside it |\n|---|---|---|---|---|"
    )
    for model, data in CASES:
        case = BenchCase("torch", model, data, 32, DEFAULT)
        loop, info = ours(case)["floor"], catalogue.info(data)
        work = 32 * case.spec().analyse(prepared_shape(info, case.plan("native").preparation)).multiply_adds / 1e6
        alone = medians(loop, counts)
        busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            beside = medians(loop, counts)
        finally:
            busy.kill()
            busy.wait()
        print(f"| {work:.1f} ({model}, {data}) | {' | '.join([*alone, *beside])} |", flush=True)


if __name__ == "__main__":
    main()
