"""Trained models as files that work without this package, made inside a worker."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from clsf import checks
from clsf.backends.base import Weights
from clsf.code.names import layer_names
from clsf.code.rows import torch_orders
from clsf.errors import EngineError
from clsf.frameworks import BY_NAME
from clsf.model.changes import changed
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.predict.values import ModelRequest
from clsf.words import say

KINDS = {name: framework.exports for name, framework in BY_NAME.items()}
"""The formats that each framework writes."""

CAPSULE, ARRAYS = "capsule", "npz"
"""Kinds that need no framework: the whole run (`clsf.capsule`), and its weights alone (`clsf.capsule.arrays`)."""


def every_kind(framework: str) -> tuple[str, ...]:
    """Return every file format that contains a run's weights; each has a parity certificate."""
    return CAPSULE, *KINDS[framework], ARRAYS


SLOW = ("onnx", "tflite")
"""Kinds whose exporter may take a minute, so that a worker does not export them itself: see `Engine.call_apart`."""

CODE_STYLES = {name: framework.code_style for name, framework in BY_NAME.items()}
"""The style of `clsf.code` whose model has the exported names and order of weights."""


def export(request: ModelRequest, weights: Weights, kind: str) -> bytes:
    """Return a file of `kind` with the trained model. Raises EngineError if that format can't be written here."""
    checks.known(EngineError, say("file format"), kind, KINDS[request.framework])
    spec, plan = ModelSpec.from_json(request.model), Plan.from_json(request.plan)
    built = changed(spec, plan.differences)
    package = import_module(f"clsf.backends.{request.framework}.export")
    arrays = (
        weights
        if kind == "onnx" and request.framework == "torch"
        else plain_order(built, request.shape, plan, weights, request.framework)
    )
    try:
        return package.exported(built, request.shape, plan, arrays, layer_names(built.layers), kind)
    except ModuleNotFoundError as error:
        raise EngineError(
            "{kind} needs the package {package}, which is not installed here. Choose another format.",
            kind=kind.upper(), package=str(error.name),
        ) from error  # fmt: skip
    except Exception as error:  # an exporter may raise anything for unsupported models
        raise EngineError(
            "This model could not be written as {kind}: {why}. Choose another format.",
            kind=kind.upper(),
            why=" ".join(str(error).split())[:160],
        ) from error


def plain_order(spec: ModelSpec, shape: Shape, plan: Plan, weights: Weights, framework: str) -> Weights:
    """Return the weights as stock layers need them, which flatten images in the framework's own order.

    Ours are in Keras' order (row, column, channel), in both frameworks; where the difference "flatten-order" was on, in
    PyTorch's (channel, row, column). The inputs of layers after flattening are reordered for `framework`. Where other
    layers than dense ones follow, the model itself keeps the order of the run: see `clsf.code.rows.torch_orders`.
    """
    has = "torch" if plan.does("flatten-order") else "tensorflow"
    if has == framework:
        return weights
    _, reordered = torch_orders(spec.layers, spec.analyse(shape))
    ordered = dict(weights)
    for path, (height, width, channels) in reordered.items():
        places = np.arange(height * width * channels)
        if framework == "torch":  # from row, column, channel to channel, row, column
            order = places.reshape(height, width, channels).transpose(2, 0, 1).ravel()
        else:
            order = places.reshape(channels, height, width).transpose(1, 2, 0).ravel()
        for name in [n for n in weights if n.rsplit(".", 1)[0] == path]:
            if not (name.endswith(".bias") or len(weights[name]) != len(order)):
                ordered[name] = weights[name][order]
    return ordered
