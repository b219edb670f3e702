"""Copies of a small network, each with its own part of a batch: losses and gradients, in float64. Twin of TensorFlow's.

Only NumPy crosses: weights by the names of `clsf.course.workers.WEIGHTS`, images (n, pixels), labels (n,).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F

EPSILON = 1e-3  # in the root of batch normalisation, as Keras has it

Weights = Mapping[str, np.ndarray]


def gradients(
    copies: Sequence[Weights], images: Sequence[np.ndarray], labels: Sequence[np.ndarray], statistics: str
) -> tuple[list[float], list[dict[str, np.ndarray]]]:
    """Return each worker's loss and gradients. `statistics`: of batch normalisation; "none", "own", or "shared" by all workers."""
    held = [{name: torch.tensor(value, requires_grad=True) for name, value in copy.items()} for copy in copies]
    hidden = [torch.from_numpy(x) @ w["kernel_1"] + w["bias_1"] for x, w in zip(images, held, strict=True)]
    if statistics != "none":
        everyone = torch.cat(hidden)
        hidden = [_normalised(h, everyone if statistics == "shared" else h, w) for h, w in zip(hidden, held, strict=True)]
    losses = [
        F.cross_entropy(torch.relu(h) @ w["kernel_2"] + w["bias_2"], torch.from_numpy(y))
        for h, y, w in zip(hidden, labels, held, strict=True)
    ]
    sum(losses).backward()
    return [loss.item() for loss in losses], [
        {name: (np.zeros_like(copy[name]) if w.grad is None else w.grad.numpy()) for name, w in one.items()}
        for one, copy in zip(held, copies, strict=True)
    ]


def _normalised(hidden, of, weights):
    mean, variance = of.mean(dim=0), of.var(dim=0, correction=0)
    return (hidden - mean) / torch.sqrt(variance + EPSILON) * weights["scale"] + weights["shift"]
