"""Inside a worker: the scores of a reloaded exported file on real images, compared with those of the model itself."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np

from clsf import backends, capsule
from clsf.backends.base import Weights
from clsf.backends.numbers import two_columns
from clsf.capsule import arrays
from clsf.convert import binding, reading
from clsf.errors import CapsuleError
from clsf.predict.exporting import ARRAYS, CAPSULE
from clsf.predict.session import Held
from clsf.predict.values import ModelRequest


def scores(request: ModelRequest, weights: Weights, pixels: np.ndarray) -> tuple[np.ndarray, dict[str, str]]:
    """Return the model's scores for prepared pixels, uint8 (n, h, w, c), as float64 (n, classes), and the versions used."""
    backend = Held(request, weights).backend
    return np.asarray(backend.logits(pixels), np.float64), dict(backend.facts().versions)


def of_file(request: ModelRequest, weights: Weights, kind: str, content: bytes, pixels: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the scores of an exported file, loaded as a user would load it, and the library that loaded it."""
    if kind == CAPSULE:
        found = capsule.read(content)
        if found.weights is None:
            raise CapsuleError("This capsule holds no weights, so there is nothing to compare.")
        again = replace(request, model=found.model.to_json(), plan=found.plan.to_json())
        return scores(again, found.weights, pixels)[0], "clsf.capsule.read"
    held = Held(request, weights)
    inputs = held.inputs(pixels)
    if kind == ARRAYS:
        return scores(
            request, arrays.unpacked(content, held.built_spec.analyse(request.shape).named_weights(), held.plan.dtype), pixels
        )[0], "numpy.load"
    if kind == "onnx":
        outputs, by = _onnx(content, inputs), "onnx.reference"
    elif kind in ("keras", "tflite"):
        outputs = import_module(f"clsf.backends.{reading.WORKERS['keras']}.export").answers(kind, content, inputs)
        by = "keras.models.load_model" if kind == "keras" else "tf.lite.Interpreter"
    else:
        state = reading.read(content, f"model.{kind}")
        again = binding.bound(state, held.built_spec, request.shape)
        plan = held.plan.but(differences=tuple(n for n in held.plan.differences if n != "flatten-order"))
        built = backends.load("torch").build(
            held.built_spec, plan, held.prepared, {n: a.astype(held.dtype) for n, a in again.weights.items()}
        )
        return np.asarray(
            built.logits(pixels), np.float64
        ), "torch.load, weights_only" if kind == "pt" else "safetensors.torch.load"
    outputs = np.asarray(outputs, np.float64).reshape(len(pixels), -1)
    return (two_columns(outputs, held.plan.probabilities) if outputs.shape[1] == 1 else outputs), by


def _onnx(content: bytes, inputs: np.ndarray) -> np.ndarray:
    import onnx
    from onnx.reference import ReferenceEvaluator

    model = onnx.load_model_from_string(content)
    given = model.graph.input[0]
    dims = [d.dim_value for d in given.type.tensor_type.shape.dim]
    images = inputs if tuple(dims[1:]) == inputs.shape[1:] else inputs.transpose(0, 3, 1, 2)
    return ReferenceEvaluator(model).run(None, {given.name: np.ascontiguousarray(images)})[0]
