"""Runs in PyTorch's process on a GPU: imported there by name."""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from tests import inside
from tests.inside import Job
from tests.jobs import random_order, with_plan


def card() -> str:
    """Return the GPU's name; nothing where there is none."""
    from clsf.backends.torch import device

    name = device.chosen("auto")[1]
    return "" if name == "cpu" else name


def trained(job: Job, steps: int, times: int = 1) -> list[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Return losses and weights of the same run, again and again, on the job's device."""
    order, ends = random_order(job, steps, job.plan.batch_size), []
    for _ in range(times):
        result = inside.train(job, order)
        ends.append((result.losses, result.weights))
    return ends


def on_both_devices(job: Job, steps: int) -> list[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Return losses and weights on the CPU, then on the GPU."""
    return [trained(with_plan(job, device=device), steps)[0] for device in ("cpu", "auto")]


def seconds_a_step(job: Job, steps: int = 300, repeats: int = 5) -> dict[str, float]:
    """Return the median time of a step: "replayed", by "Python", and "by hand": the same network written as a CUDA graph.

    The three take turns.
    """
    import torch

    from clsf.backends.torch import captured

    order = random_order(job, steps, job.plan.batch_size)

    def runner(captures: dict):
        own = dict(captured.CAPTURES)
        captured.CAPTURES.clear()
        captured.CAPTURES.update(captures)
        backend = job.build()
        captured.CAPTURES.clear()
        captured.CAPTURES.update(own)
        return lambda: backend.train_steps(order, 0)

    ways = {"replayed": runner(dict(captured.CAPTURES)), "Python": runner({}), "by hand": _by_hand(job, order)}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for take in ways.values():
        take()  # captures, and whatever is made at first use
    for _ in range(repeats):
        for name, take in ways.items():
            torch.cuda.synchronize()
            before = time.perf_counter()
            take()
            torch.cuda.synchronize()
            times[name].append((time.perf_counter() - before) / steps)
    return {name: median(values) for name, values in times.items()}


def _by_hand(job: Job, order: np.ndarray):
    """Return a function that takes the steps of the job's network as a CUDA graph from the manual has them, RMSprop by PyTorch."""
    import torch
    from torch import nn

    device, prepared = torch.device("cuda"), job.prepared
    backend = job.build()
    model, loss_of = backend.built.model, nn.CrossEntropyLoss()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=job.plan.learning_rate, capturable=True)
    images = torch.from_numpy(((prepared.pixels - prepared.mean) / prepared.deviation).astype("float32"))
    images, labels = images.permute(0, 3, 1, 2).to(device), torch.from_numpy(prepared.labels).to(device)
    rows = torch.from_numpy(order).to(device)
    x, y = images[rows[0]].clone(), labels[rows[0]].clone()
    model.train()

    def step():
        optimizer.zero_grad(set_to_none=True)
        outputs = model(x)
        loss = loss_of(outputs, y)
        loss.backward()
        optimizer.step()
        return loss.detach(), (outputs.argmax(1) == y).sum()

    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        told = step()

    def take():
        losses, right = torch.zeros((), device=device), torch.zeros((), device=device)
        for row in rows:
            x.copy_(images[row])
            y.copy_(labels[row])
            graph.replay()
            losses += told[0]
            right += told[1]
        return losses.item(), right.item()

    return take
