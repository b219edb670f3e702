"""Updates weights from a batch's gradients: accumulated over some batches, clipped, applied, and the weights averaged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from clsf.backends.torch.optimizers import Optimizers
from clsf.plan import Clipping, Plan


class Update:
    """Handles the gradients that `backward` left at the parameters, as the plan says. They are restored when it is done."""

    def __init__(self, plan: Plan, optimizer: Optimizers, parameters: list[nn.Parameter]) -> None:
        self._plan, self._optimizer, self._parameters = plan, optimizer, parameters
        self._gathered: list[Tensor] = []
        self._batches = 0
        self._averages: list[Tensor] = []

    @torch.no_grad()
    def apply(self) -> None:
        """Add the gradients of one batch; update the weights if it is time."""
        plan, own = self._plan, [p.grad for p in self._parameters]
        gradients = own
        if plan.accumulate > 1:
            self._gathered = (
                [g.clone() for g in own]
                if not self._gathered
                else [a.add_(g) for a, g in zip(self._gathered, own, strict=True)]
            )
            self._batches += 1
            if self._batches % plan.accumulate:
                return
            gradients, self._gathered = [g / plan.accumulate for g in self._gathered], []
        if plan.clipping is not None:
            gradients = clipped(gradients, plan.clipping, plan.does("clip-norm"))
        for p, g in zip(self._parameters, gradients, strict=True):
            p.grad = g
        self._optimizer.step()
        for p, g in zip(self._parameters, own, strict=True):
            p.grad = g
        if plan.average:
            self._average(plan.average)

    def _average(self, kept: float) -> None:
        if not self._averages:
            self._averages = [p.detach().clone() for p in self._parameters]
        else:
            self._averages = [kept * a + (1 - kept) * p.detach() for a, p in zip(self._averages, self._parameters, strict=True)]

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Put the moving averages into the parameters inside the `with` block, where the plan has them and there was an update."""
        own = [p.detach().clone() for p in self._parameters] if self._averages else []
        self._set(self._averages)
        try:
            yield
        finally:
            self._set(own)

    @torch.no_grad()
    def _set(self, values: list[Tensor]) -> None:
        for p, value in zip(self._parameters, values, strict=False):
            p.copy_(value)

    def forget(self) -> None:
        """Forget the averages: the weights were set from outside."""
        self._averages = []


def clipped(gradients: list[Tensor], clipping: Clipping, together: bool = False) -> list[Tensor]:
    """Return the gradients clipped by Keras' formulas. `together`: "norm" as torch's `clip_grad_norm_` means it, over all arrays."""
    limit = clipping.limit
    if clipping.kind == "value":
        return [g.clamp(-limit, limit) for g in gradients]
    if clipping.kind == "norm" and not together:
        return [g * limit / g.square().sum().sqrt().clamp(min=limit) for g in gradients]
    norm = torch.stack([g.square().sum() for g in gradients]).sum().sqrt()
    if together:
        return [g * (limit / (norm + 1e-6)).clamp(max=1.0) for g in gradients]
    scale = limit * torch.minimum(1.0 / norm, torch.full_like(norm, 1.0 / limit))
    return [g * scale for g in gradients]
