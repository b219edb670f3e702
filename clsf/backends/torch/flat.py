"""All parameters of a model as one vector, so that an optimizer's rule is one formula over one tensor.

A small network spends more time on starting operations than on arithmetic: a rule of five operations over eight parameters is forty
of them, each a few microseconds. Element by element the arithmetic is the same, so the numbers are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

ALIGNED = 16
"""Each parameter begins at a multiple of this many numbers: 64 bytes in float32, the width of a cache line."""


class Flat:
    """Parameters whose memory is one vector, each in its own layout (a kernel may be channels_last).

    `values` is that vector, with zeros between the parameters; changing it changes the parameters.
    """

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        self._parameters = list(parameters)
        first = self._parameters[0]
        self._pads = [first.new_zeros(-p.numel() % ALIGNED) for p in self._parameters]
        self.values = self._joined([p.detach() for p in self._parameters])
        at = 0
        for p, pad in zip(self._parameters, self._pads, strict=True):
            p.data = self.values.as_strided(p.shape, p.stride(), at)
            at += p.numel() + len(pad)

    def gradient(self) -> Tensor:
        """Return the gradients as one vector, in the order of `values`; zeros where a parameter has none."""
        return self._joined([p.grad if p.grad is not None else torch.zeros_like(p) for p in self._parameters])

    def _joined(self, tensors: list[Tensor]) -> Tensor:
        parts = []
        for tensor, p, pad in zip(tensors, self._parameters, self._pads, strict=True):
            parts.append(_in_memory_order(tensor if tensor.stride() == p.stride() else torch.empty_like(p).copy_(tensor)))
            if len(pad):
                parts.append(pad)
        return torch.cat(parts)


def norm(tensors: Iterable[Tensor]) -> Tensor:
    """Return the Euclidean norm of all numbers in the tensors together, ()."""
    return torch.linalg.vector_norm(torch.cat([_in_memory_order(tensor) for tensor in tensors]))


def _in_memory_order(tensor: Tensor) -> Tensor:
    """Return the numbers of a tensor as they lie in memory, without a copy: gradients and parameters have no gaps."""
    return tensor.as_strided((tensor.numel(),), (1,))
