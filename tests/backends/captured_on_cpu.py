"""A capture on a CPU, by the rules of a CUDA graph: a replay runs the same kernels on the same memory, and no Python.

Imported in PyTorch's process only. What a CUDA graph would refuse or freeze is an error here: reading a number back, and reading
one from the processor's memory (here: any tensor of one number that the capture did not make or was not given).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

WAITS = {torch.ops.aten._local_scalar_dense.default, torch.ops.aten.equal.default, torch.ops.aten.nonzero.default}
"""Kernels that make Python wait for their result."""


class CpuCapture:
    """See `clsf.backends.torch.captured.Capture`."""

    made: list[CpuCapture] = []  # noqa: RUF012  tests empty it

    def __init__(self, function: Callable[[], tuple[Tensor, ...]]) -> None:
        kernels = _Kernels()
        try:
            with kernels:
                self.outputs = function()
        finally:
            kernels.undo()
        self._kernels, self.replays = kernels.calls, 0
        self.made.append(self)

    @staticmethod
    def warm(function: Callable[[], tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        return function()

    @torch.no_grad()
    def replay(self) -> None:
        self.replays += 1
        for kernel, args, kwargs, outputs in self._kernels:
            known = {_memory(tensor) for tensor in _tensors((args, kwargs))}
            for old, new in zip(_tensors(outputs), _tensors(kernel(*args, **kwargs)), strict=True):
                if _memory(old) not in known:  # else a view, or written into
                    old.copy_(new)


class Passing(TorchDispatchMode):
    """Lets every kernel pass. Some kernels round in another way while any mode listens, so both ways of a comparison have one."""

    def __torch_dispatch__(self, kernel, types, args=(), kwargs=None):
        return kernel(*args, **(kwargs or {}))


class _Kernels(TorchDispatchMode):
    """Writes down every kernel that runs, and what it overwrites of the memory that was there before."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple] = []
        self._made: set[int] = set()
        self._before: dict[int, tuple[Tensor, Tensor]] = {}

    def __torch_dispatch__(self, kernel, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if kernel in WAITS:
            raise RuntimeError(f"operation not permitted when stream is capturing: {kernel}")
        for tensor in _tensors((args, kwargs)):
            if _memory(tensor) in self._made:
                continue
            if tensor.ndim == 0 and not getattr(tensor, "on_device", False):
                raise RuntimeError(f"{kernel} reads a number from the processor's memory, which a replay would not read again")
            if kernel._schema.is_mutable and _memory(tensor) not in self._before:
                whole = torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage())
                self._before[_memory(tensor)] = whole, whole.clone()
        outputs = kernel(*args, **kwargs)
        self.calls.append((kernel, args, kwargs, outputs))
        old = {_memory(tensor) for tensor in _tensors((args, kwargs))}
        self._made |= {_memory(tensor) for tensor in _tensors(outputs)} - (old - self._made)
        return outputs

    def undo(self) -> None:
        """Put back what was overwritten: on a GPU no kernel runs while it is captured."""
        for tensor, value in self._before.values():
            tensor.copy_(value)


def _tensors(tree: object) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def _memory(tensor: Tensor) -> int:
    return tensor.untyped_storage()._cdata
