"""The variant "dataloader": the loop as it is taught, over a DataLoader. Where Keras has `model.fit`, torch has these lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from clsf.backends.base import StepReport
from clsf.backends.torch import flat
from clsf.backends.torch.losses import Objective


class RunImages(Dataset):
    """The run's images as a DataLoader asks for them: one by one, each turned into a float tensor (channels, height, width)."""

    def __init__(
        self,
        pixels: np.ndarray,
        labels: np.ndarray,
        inputs: Callable[[Tensor], Tensor],
        varied: Callable[[np.ndarray], np.ndarray] | None,
    ) -> None:
        self._pixels, self._labels, self._inputs, self._varied = pixels, labels, inputs, varied

    def __len__(self) -> int:
        return len(self._pixels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        pixels = self._pixels[index : index + 1] if self._varied is None else self._varied(np.array([index]))
        return self._inputs(torch.from_numpy(np.array(pixels)))[0], int(self._labels[index])


def loader(images: RunImages, order: list[np.ndarray]) -> DataLoader:
    """Return the batches of one epoch: which images they are is decided by `order`, not by torch's own shuffling.

    `num_workers=0`: this process loads them itself. It can't start processes of its own, because it is a daemon.
    """
    return DataLoader(images, batch_sampler=[batch.tolist() for batch in order], num_workers=0)


def epoch(
    model: nn.Module,
    update: Callable[[], object],
    objective: Objective,
    batches: DataLoader,
    device: torch.device,
    before: Callable[[int, int], None],
) -> Iterator[StepReport]:
    """Train one epoch, one report per batch; `update` changes the weights, `before` is called with the number of each batch and its size."""
    for number, (images, labels) in enumerate(batches):
        before(number, len(labels))
        model.train()
        images, labels = images.to(device), labels.to(device)
        model.zero_grad()
        outputs = model(images)
        loss = objective.mean(labels, outputs)
        objective.total(loss).backward()
        objective.regularise()
        norm = flat.norm(p.grad for p in model.parameters() if p.grad is not None)
        update()
        correct = objective.correct(labels, outputs.detach())
        yield StepReport(np.array([loss.item()]), np.array([correct.item()]), np.array([norm.item()]))
