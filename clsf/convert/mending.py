"""Writes files: a model in another format, and the corrected second file of a pair."""

from __future__ import annotations

import numpy as np

from clsf.backends.base import Weights
from clsf.backends.layout import WORDS, turned
from clsf.convert.comparing import FileComparison
from clsf.convert.lab import SECONDS, ConversionResult, ConversionService
from clsf.convert.values import STATES, Loaded
from clsf.errors import ConvertError
from clsf.frameworks import BY_NAME
from clsf.plan import Plan
from clsf.predict.exporting import SLOW, plain_order
from clsf.predict.values import ModelRequest

PLAN = Plan("any")
SLOW_SECONDS = 600.0
WRITERS = {kind: name for name, framework in reversed(BY_NAME.items()) for kind in framework.exports}
"""Kind of file -> the framework that writes it; an ONNX file is written from Keras' own layers."""


def request_of(loaded: Loaded, framework: str) -> ModelRequest:
    """Return the job that asks a worker about a file's model."""
    classes = max(loaded.spec.analyse(loaded.shape).output_shape[-1], 2)
    return ModelRequest(
        f"convert-{loaded.name}", framework, loaded.spec.to_json(), PLAN.to_json(), tuple(loaded.shape), classes
    )


def float32(weights: Weights) -> Weights:
    return {name: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}


def written(service: ConversionService, loaded: Loaded, kind: str) -> bytes:
    """Return a file's model as the bytes of a file of another kind. Raises ConvertError, or EngineError if it can't be written."""
    if kind not in WRITERS:
        raise ConvertError(
            "No file of the kind '{kind}' is written; these are: {kinds}.", kind=kind[:20], kinds=", ".join(WRITERS)
        )
    call, seconds = (service.call_apart, SLOW_SECONDS) if kind in SLOW else (service.call, SECONDS)
    framework = WRITERS[kind]
    return call(
        framework,
        "clsf.predict.exporting:export",
        request_of(loaded, framework),
        float32(loaded.weights),
        kind,
        timeout=seconds,
    )


def mended(service: ConversionService, result: ConversionResult, content: bytes) -> bytes:
    """Return the second file with the first file's network in it; `content` is the unchanged second file.

    A state_dict keeps its names and its order. Raises ConvertError if the difference lies in a program and not in the file.
    """
    first, second = result.first, result.second
    if second.kind not in STATES:
        return written(service, first, second.kind)
    if not in_weights(result.comparison) or not result.comparison.mends:
        raise ConvertError(
            "A state_dict holds weights alone, and the difference lies in the program. Change it there: the sentence says what."
        )
    arrays = plain_order(second.spec, second.shape, PLAN, second.weights | result.comparison.mends, "torch")
    state = dict(second.state)
    for name, key in second.keys.items():
        state[key] = _like(turned(name.rpartition(".")[2], arrays[name]), second.state[key])
    for name in second.misfits:
        if name not in second.keys and np.any(arrays[name]):  # a tensor that the module did not have
            path, _, weight = name.rpartition(".")
            beside = next(key for other, key in second.keys.items() if other.rpartition(".")[0] == path)
            state[f"{beside.rpartition('.')[0]}.{WORDS.get(weight, weight)}"] = turned(weight, arrays[name]).astype(np.float32)
    return service.call("torch", "clsf.backends.torch.state:written", second.kind, state, timeout=SECONDS)


def in_weights(comparison: FileComparison) -> bool:
    """Whether all findings are about weights."""
    settings = {
        "bn-epsilon", "epsilon", "padding", "strides", "dilation", "kernel-size", "groups", "pooling", "missing-activation", "extra-activation",
        "other-activation", "missing-layer", "extra-layer", "layer-order", "merge", "branch-order", "other-layer",
    }  # fmt: skip
    return not any(finding.cause.name in settings for finding in comparison.findings)


def _like(array: np.ndarray, was: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, was.dtype if was.dtype.kind == "f" else np.float32)
