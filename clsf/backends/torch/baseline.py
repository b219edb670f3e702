"""Training as a student would write it in PyTorch, without this package: the baseline of the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from clsf.backends.torch import device
from clsf.backends.torch.optimizers import optimizer as optimizer_of
from clsf.backends.torch.stock import made_of
from clsf.data.images import Prepared
from clsf.model.spec import ModelSpec
from clsf.plan import Plan


def training_loops(spec: ModelSpec, plan: Plan, prepared: Prepared) -> dict[str, Callable[[int], None]]:
    """Return name -> a function that trains for a number of steps, each with its own model. No PyTorch setting changes."""
    images = ((prepared.pixels[prepared.train] - prepared.mean) / prepared.deviation).astype("float32")
    data = TensorDataset(
        torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(prepared.labels[prepared.train])
    )
    return {
        "dataloader-2-workers": _loop(spec, plan, prepared.shape, data, 2),
        "dataloader-0-workers": _loop(spec, plan, prepared.shape, data, 0),
    }


def floor(spec: ModelSpec, plan: Plan, prepared: Prepared) -> Callable[[int], None]:
    """Return a function that takes a number of minimal steps: forward, backward, the optimizer's step; one batch, ready."""
    device.use_threads(plan.batch_size * spec.analyse(prepared.shape).multiply_adds)
    model = stock_model(spec, prepared.shape)
    optimizer = optimizer_of(plan, model.parameters())
    pixels = prepared.pixels[prepared.train[: plan.batch_size]]
    images = (
        torch.from_numpy(((pixels - prepared.mean) / prepared.deviation).astype("float32")).permute(0, 3, 1, 2).contiguous()
    )
    labels = torch.from_numpy(prepared.labels[prepared.train[: plan.batch_size]])

    def train(steps: int) -> None:
        model.train()
        for _ in range(steps):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()

    return train


def stock_model(spec: ModelSpec, shape: tuple[int, ...]) -> nn.Module:
    """Return the model as a student would write it, with PyTorch's own layers. Raises ValueError for one with branches."""
    if any(layer.rows() for layer in spec.layers):
        raise ValueError("The usual loop is written for models without branches.")
    return nn.Sequential(
        *(made_of(step.call) for facts in spec.analyse(shape).layers for step in facts.layer.torch(facts.in_shape))
    )


def _loop(spec: ModelSpec, plan: Plan, shape: tuple[int, ...], data: TensorDataset, workers: int) -> Callable[[int], None]:
    model = stock_model(spec, shape)
    loss_of = nn.CrossEntropyLoss()
    optimizer = optimizer_of(plan, model.parameters())
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
