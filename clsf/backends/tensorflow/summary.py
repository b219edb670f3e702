"""The framework's own summary of a model, and its parameter counts.

Twin of `clsf.backends.torch.summary`. A job for a worker: plain values in and out.
"""

from __future__ import annotations

from math import prod

from clsf.backends.tensorflow.stock import Stock
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec


def summary(spec: str, shape: Shape) -> dict:
    """Return {"text", "trainable", "non_trainable", "layers"}: `model.summary()`, and the counts as the framework has them.

    `spec` is a model's JSON, `shape` (height, width, channels). "layers": path -> parameters of every layer that has some. A
    layer "3.body.1" is called "layer_3_body_1". Raises SpecError if the layers do not fit.
    """
    read = ModelSpec.from_text(spec)
    names = {facts.path: "layer_" + facts.path.replace(".", "_") for facts in read.analyse(tuple(shape)).layers}
    built = Stock(read.layers, tuple(shape), "float32", names, read.name)
    lines: list[str] = []
    built.model.summary(line_length=80, print_fn=lambda text, **_: lines.append(text))
    counts = {path: layer.count_params() for path, layer in built.layers.items()}
    return {
        "text": "\n".join(lines).strip("\n"),
        "trainable": sum(prod(variable.shape) for variable in built.model.trainable_weights),
        "non_trainable": sum(prod(variable.shape) for variable in built.model.non_trainable_weights),
        "layers": {path: int(count) for path, count in counts.items() if count},
    }
