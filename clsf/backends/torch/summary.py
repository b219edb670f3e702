"""The framework's own summary of a model, and its parameter counts.

Twin of `clsf.backends.tensorflow.summary`. A job for a worker: plain values in and out. The model is made of the very
modules that `clsf.code` writes into its source, so that what is printed, what is exported as code and what is loaded from an
exported file are one. It stands on the device "meta", where numbers take no memory; nothing is computed with it.
"""

from __future__ import annotations

import torch

from clsf.backends.torch.stock import Stock, kept
from clsf.code.model import SourceModel
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec


def summary(spec: str, shape: Shape) -> dict:
    """Return {"text", "trainable", "non_trainable", "layers"}: `print(model)`, and the counts as the framework has them.

    `spec` is a model's JSON, `shape` (height, width, channels). "layers": path -> parameters of every layer that has some,
    running statistics included. Raises SpecError if the layers do not fit.
    """
    writing = Stock(SourceModel(ModelSpec.from_text(spec), tuple(shape), None))
    with torch.device("meta"):
        model = writing.model()
    return {
        "text": str(model),
        "trainable": sum(p.numel() for p in model.parameters()),
        "non_trainable": sum(map(kept, model.modules())),
        "layers": {path: count for path, count in writing.counts.items() if count},
    }
