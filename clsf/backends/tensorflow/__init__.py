"""TensorFlow / Keras behind the interface of `clsf.backends.base`. Twin of `clsf.backends.torch`, file by file."""

from __future__ import annotations

from clsf.backends.tensorflow.device import setup  # first: it sets the environment that TensorFlow reads when imported

device_name = setup()

from clsf.backends.tensorflow.backend import build, warm_up  # noqa: E402

__all__ = ["build", "device_name", "warm_up"]
