"""Training as a student would write it in PyTorch, without this package: what the benchmark measures ours against."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from clsf.backends.torch import device
from clsf.backends.torch.stock import made_of
from clsf.data.images import Prepared
from clsf.model.spec import ModelSpec
from clsf.plan import Plan


def training_loops(spec: ModelSpec, plan: Plan, prepared: Prepared) -> dict[str, Callable[[int], None]]:
    """Return name -> a function that trains for so many steps, each with a model of its own."""
    device.setup()
    images = ((prepared.pixels[prepared.train] - prepared.mean) / prepared.deviation).astype("float32")
    data = TensorDataset(
        torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(prepared.labels[prepared.train])
    )
    return {
        "dataloader-2-workers": _loop(spec, plan, prepared.shape, data, 2),
        "dataloader-0-workers": _loop(spec, plan, prepared.shape, data, 0),
    }


def gigaflops(seconds: float = 0.5, side: int = 1024) -> float:
    """Return what this machine reaches in float32 matrix products, 10**9 operations a second, a multiply-add counting two."""
    device.setup()
    a, b = (torch.randn(side, side) for _ in range(2))
    torch.mm(a, b)
    count, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        torch.mm(a, b)
        count += 1
    return 2 * side**3 * count / passed / 1e9


def _model(spec: ModelSpec, shape: tuple[int, ...]) -> nn.Module:
    if any(layer.rows() for layer in spec.layers):
        raise ValueError("The usual loop is written for models without branches.")
    return nn.Sequential(
        *(made_of(step.call) for facts in spec.analyse(shape).layers for step in facts.layer.torch(facts.in_shape))
    )


def _loop(spec: ModelSpec, plan: Plan, shape: tuple[int, ...], data: TensorDataset, workers: int) -> Callable[[int], None]:
    model = _model(spec, shape)
    loss_of = nn.CrossEntropyLoss()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=plan.learning_rate)
    loader = DataLoader(data, plan.batch_size, shuffle=True, num_workers=workers, drop_last=True)

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        while True:
            yield from loader

    running = batches()

    def train(steps: int) -> None:
        model.train()
        total, correct = 0.0, 0
        for _ in range(steps):
            images, labels = next(running)
            optimizer.zero_grad()
            outputs = model(images)
            loss = loss_of(outputs, labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
            correct += (outputs.argmax(1) == labels).sum().item()

    return train
