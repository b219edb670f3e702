"""Exports a model to files independent of this package: a state_dict of stock modules, as .pt or .safetensors, and ONNX."""

from __future__ import annotations

import io
import tempfile
import warnings
from pathlib import Path

import torch

from clsf.backends.base import Weights
from clsf.backends.layout import WORDS, turned
from clsf.backends.torch.build import BuiltModel
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

KINDS = {"pt": ".pt", "safetensors": ".safetensors", "onnx": ".onnx"}
"""Kind of file -> its file name's ending."""


def exported(spec: ModelSpec, shape: Shape, plan: Plan, weights: Weights, names: dict[str, str], kind: str) -> bytes:
    """Return the weights as the bytes of a file of `kind`, a key of KINDS.

    Layers are called by `names` (path -> name): the state_dict is that of `nn` modules of these names. Weights are in the
    agreed layout. "onnx" is the whole model: it takes scaled images, (n, channels, height, width), and gives scores.
    """
    if kind == "onnx":
        return _onnx(spec, shape, plan, weights)
    state = _state(weights, _held(spec, shape, names))
    if kind == "safetensors":
        from safetensors.torch import save

        return save(state)
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


def _held(spec: ModelSpec, shape: Shape, names: dict[str, str]) -> dict[str, str]:
    """Return name of a weight -> name of the module that holds it."""
    layers = {facts.path: facts.layer for facts in spec.analyse(shape).layers}
    modules = {}
    for name in spec.analyse(shape).named_weights():
        path, weight = name.rsplit(".", 1)
        modules[name] = names[path] + layers[path].HELD.get(weight, "")
    return modules


def _state(weights: Weights, names: dict[str, str]) -> dict[str, torch.Tensor]:
    """Return the state_dict of stock modules; `names`: weight -> module."""
    state: dict[str, torch.Tensor] = {}
    for name, array in weights.items():
        weight = name.rpartition(".")[2]
        state[f"{names[name]}.{WORDS.get(weight, weight)}"] = torch.from_numpy(turned(weight, array))
        if weight == "moving_variance":  # a counter that nn.BatchNorm2d has and does not use at the default momentum
            state[f"{names[name]}.num_batches_tracked"] = torch.tensor(0)
    return state


def _onnx(spec: ModelSpec, shape: Shape, plan: Plan, weights: Weights) -> bytes:
    import onnx

    # As the run built it, except a dropout that is never off: an exported file drops nothing.
    steady = plan.but(differences=tuple(name for name in plan.differences if name != "dropout-at-evaluation"))
    built = BuiltModel(spec, shape, steady, native_dropout=True)
    built.set_weights(weights)
    model = built.model.eval()
    height, width, channels = shape
    images = torch.zeros(2, channels, height, width, dtype=getattr(torch, plan.dtype))
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, about its own future
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            model, (images,), path, input_names=["images"], output_names=["scores"], dynamo=True, external_data=False,
            dynamic_shapes=({0: torch.export.Dim("n")},), verbose=False,
        )  # fmt: skip
        content = path.read_bytes()
    onnx.checker.check_model(content)
    return content
