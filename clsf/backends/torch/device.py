"""Threads, GPU and precision of PyTorch, set once per process before its first use."""

from __future__ import annotations

import os

# OpenMP's threads spin while they wait for each other, 300,000 rounds by default. On a machine that also draws the charts, a
# thread that waits for one that is not running wastes its whole time slice. Sleeping at once costs speed when nothing else runs;
# 10,000 rounds were the best of those tried, alone and next to a busy process (lecture CNN, batch 32, two cores).
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

# On a GPU: what cuBLAS needs to multiply in one order, see `use_repeatable`. It reads it when it is loaded.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import torch

from clsf.small_steps import is_small


def threads() -> int:
    """Return how many threads an operation may use: CLSF_THREADS, else every core. Set explicitly, because a dask nanny sets 1."""
    return int(os.environ.get("CLSF_THREADS") or os.cpu_count() or 1)


def use_threads(multiply_adds: int) -> None:
    """Use one thread for steps of the given number of multiply-adds if they are small, else all threads allowed.

    TensorFlow chooses by the size of each operation itself.
    """
    torch.set_num_threads(1 if is_small(multiply_adds) else threads())


def use_repeatable(device: torch.device, aligned: bool) -> None:
    """On a GPU, make a run by aligned rules add in one order, so that repeating it gives the same run.

    A CPU always does, and leaves the setting to the runs on a GPU: it is one for the whole process. By PyTorch's own rules a
    GPU's kernels may add in any order. On an H100 (PyTorch 2.11) the same 200 steps twice differed from step 2 or 3 on; with
    this they were equal to the bit and took 17 to 19 % longer. An operation without such a kernel warns and stays as it is.
    Source: https://docs.pytorch.org/docs/stable/notes/randomness.html
    """
    # Checked first, because the setting itself imports torch.compile's modules: see `_without_compiler`.
    if device.type == "cuda" and torch.are_deterministic_algorithms_enabled() != aligned:
        torch.use_deterministic_algorithms(aligned, warn_only=True)


def _without_compiler() -> None:
    """Make an optimizer start without torch.compile's modules, which nothing here uses; they take a second and 160 MB of a worker.

    PyTorch (2.15, torch/_compile.py) imports them at the first call of a function that a compiled model must not enter, and
    keeps the function to call then in this attribute. Where another version works differently, they are imported as usual.
    """
    function = getattr(torch.optim.Optimizer.add_param_group, "__wrapped__", None)
    if function is not None:
        setattr(function, "__dynamo_disable", function)


def setup() -> str:
    """Set threads and precision; return the name of the device that "auto" means here."""
    torch.set_num_threads(threads())
    _without_compiler()
    # float32 means float32: without this, a recent GPU multiplies with 10 bits of mantissa and parity is gone.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return chosen("auto")[1]


def chosen(wish: str) -> tuple[torch.device, str]:
    """Return the device for a plan's wish ("auto" or "cpu") and the device's name."""
    if wish == "auto" and torch.cuda.is_available():
        return torch.device("cuda"), torch.cuda.get_device_name()
    return torch.device("cpu"), "cpu"
