"""PyTorch behind the interface of `clsf.backends.base`. Twin of `clsf.backends.tensorflow`, file by file."""

from __future__ import annotations

from clsf.backends.torch.device import setup

device_name = setup()

from clsf.backends.torch.backend import build, warm_up  # noqa: E402

__all__ = ["build", "device_name", "warm_up"]
