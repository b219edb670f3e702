"""The minimised value: the plan's loss, the penalties on the kernels; and the count of right answers."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from clsf.backends.torch.build import BuiltModel
from clsf.plan import Plan

EPSILON = 1e-7
"""Probabilities are kept this far from 0 and 1 before their logarithm is taken, as Keras does (`keras.config.epsilon`)."""


class Objective:
    """See `clsf.loss_kinds` for the three losses. Labels are int64 (batch,), outputs what the model's last layer says."""

    def __init__(self, plan: Plan, classes: int, built: BuiltModel, weights: np.ndarray | None = None) -> None:
        """`weights`: of the classes, float64 (classes,), in the minimised value; None: all equal."""
        self._plan, self._classes, self._built = plan, classes, built
        self._weights = None if weights is None else torch.from_numpy(weights).to(getattr(torch, plan.dtype))

    def mean(self, labels: Tensor, outputs: Tensor) -> Tensor:
        """Return the mean loss of the batch, each image by the weight of its class: Keras divides by the count of images.

        torch's `CrossEntropyLoss(weight=…)` divides by the sum of the weights in the batch; that is "class-weight-mean".
        """
        if self._weights is not None:
            weights = self._weights.to(labels.device)[labels]
            total = (weights * self.per_image(labels, outputs)).sum()
            return total / (weights.sum() if self._plan.does("class-weight-mean") else len(labels))
        if not self._plan.loss_kind.smooths and not self._plan.probabilities:
            return F.cross_entropy(outputs, labels)
        return self.per_image(labels, outputs).mean()

    def per_image(self, labels: Tensor, outputs: Tensor) -> Tensor:
        """Return the loss of each image, (batch,), nats."""
        if self._plan.loss_kind.one_output:
            return self._binary(labels, outputs[:, 0])
        if self._plan.loss_kind.smooths:
            return self._categorical(labels, outputs)
        if self._plan.probabilities:
            return F.nll_loss(torch.log(_clipped(outputs)), labels, reduction="none")
        return F.cross_entropy(outputs, labels, reduction="none")

    def _categorical(self, labels: Tensor, outputs: Tensor) -> Tensor:
        smoothing = self._plan.label_smoothing
        # Not F.one_hot, which reads the labels back to check them: a captured step can't wait for that.
        target = (labels[:, None] == torch.arange(self._classes, device=labels.device)).to(outputs.dtype)  # (batch, classes)
        target = target * (1 - smoothing) + smoothing / self._classes
        if self._plan.probabilities:
            return -(target * torch.log(_clipped(outputs))).sum(dim=1)
        return F.cross_entropy(outputs, target, reduction="none")

    def _binary(self, labels: Tensor, outputs: Tensor) -> Tensor:
        smoothing = self._plan.label_smoothing
        target = labels.to(outputs.dtype) * (1 - smoothing) + 0.5 * smoothing  # (batch,)
        if self._plan.probabilities:
            return F.binary_cross_entropy(_clipped(outputs), target, reduction="none")
        return F.binary_cross_entropy_with_logits(outputs, target, reduction="none")

    def right(self, labels: Tensor, outputs: Tensor) -> Tensor:
        """Return for each image whether it was answered right, bool (batch,)."""
        if self._plan.loss_kind.one_output:
            return (outputs[:, 0] > (0.5 if self._plan.probabilities else 0.0)).to(labels.dtype) == labels
        return outputs.argmax(dim=1) == labels

    def correct(self, labels: Tensor, outputs: Tensor) -> Tensor:
        """Return the number of right answers."""
        return self.right(labels, outputs).sum()

    def total(self, loss: Tensor) -> Tensor:
        """Return the minimised value: the mean loss and the penalties."""
        return loss + self.penalty() if self._plan.l1 or self._plan.l2 else loss

    def penalty(self) -> Tensor | float:
        """Return l1 * sum of |kernels| and l2 * sum of kernels², as Keras' `kernel_regularizer=L1L2(l1, l2)` adds them."""
        plan, total = self._plan, 0.0
        if plan.l1:
            total = plan.l1 * sum(kernel.abs().sum() for kernel in self._built.kernels())
        if plan.l2 and not plan.does("weight-decay-style"):
            total = total + plan.l2 * sum(kernel.square().sum() for kernel in self._built.kernels())
        return total

    def regularise(self) -> None:
        """Add torch's weight decay if that is the difference: on every parameter, without the factor of two."""
        if self._plan.l2 and self._plan.does("weight-decay-style"):
            for p in self._built.model.parameters():
                if p.requires_grad:
                    p.grad.add_(p.detach(), alpha=self._plan.l2)


def _clipped(probabilities: Tensor) -> Tensor:
    return probabilities.clamp(EPSILON, 1 - EPSILON)
