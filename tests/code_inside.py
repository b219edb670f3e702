"""What tests of generated source do inside a framework's process: run it, load our weights, and compare with our backend."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np

from clsf import backends
from clsf.data.images import Prepared
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

IMAGES = 3


@dataclass(frozen=True)
class Case:
    """A model, its weights in the agreed layout, and its source in the styles of one framework."""

    spec: ModelSpec
    shape: Shape
    classes: int
    weights: dict[str, np.ndarray]
    sources: dict[str, str]
    reordered: dict[str, Shape] = field(default_factory=dict)  # layers whose inputs torch flattens in its own order


@dataclass(frozen=True)
class Found:
    """Result of one style: parameter count, its output and our backend's."""

    style: str
    parameters: int
    output: np.ndarray
    ours: np.ndarray


def outputs(framework: str, cases: list[Case]) -> list[list[Found]]:
    """Run every source of every case."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the frameworks warn of softmax over one channel and the like
        return [_outputs(framework, case) for case in cases]


def _outputs(framework: str, case: Case) -> list[Found]:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (IMAGES, *case.shape), dtype=np.uint8)
    mean, deviation = np.full(case.shape[2], 127.5), np.full(case.shape[2], 60.0)
    labels, names = np.arange(IMAGES) % case.classes, tuple(f"class {n}" for n in range(case.classes))
    prepared = Prepared(pixels, labels, names, np.arange(2), np.arange(2, IMAGES), mean, deviation)
    backend = backends.load(framework).build(case.spec, Plan("noise", device="cpu"), prepared, case.weights)
    ours = backend.logits(pixels)
    images = ((pixels.astype(np.float32) - 127.5) / 60).astype(np.float32)
    run = _keras if framework == "tensorflow" else _torch
    return [Found(style, *run(_model(source), case, images), ours) for style, source in case.sources.items()]


def _model(source: str):
    namespace = {"__name__": "generated"}
    exec(compile(source, "<generated>", "exec"), namespace)  # noqa: S102  what is tested here
    return namespace["model"]


def _keras(model, case: Case, images: np.ndarray) -> tuple[int, np.ndarray]:
    from clsf.code.names import layer_names

    try:  # by name, as in the functional style
        names = layer_names(case.spec.layers)
        variables = []
        for name in case.weights:
            path, weight = name.rsplit(".", 1)
            layer = model.get_layer(names[path])
            variables.append(getattr(layer, weight) if hasattr(layer, weight) else layer.kernel)
    except ValueError:  # a style without names: in order
        variables = model.weights
    for variable, array in zip(variables, case.weights.values(), strict=True):
        assert tuple(variable.shape) == array.shape
        variable.assign(array)
    return model.count_params(), np.asarray(model(images, training=False))


def _torch(model, case: Case, images: np.ndarray) -> tuple[int, np.ndarray]:
    import torch

    held = {name: tensor for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    for tensor, (name, array) in zip(held.values(), case.weights.items(), strict=True):
        path, weight = name.rsplit(".", 1)
        if path in case.reordered:  # (h * w * c, …) -> (c * h * w, …)
            h, w, c = case.reordered[path]
            rest = array.shape[1:]
            if len(array) == h * w * c and weight != "bias":
                array = array.reshape(h, w, c, *rest).transpose(2, 0, 1, *range(3, 3 + len(rest))).reshape(array.shape)
        if weight == "depthwise_kernel":
            array = array.transpose(2, 3, 0, 1).reshape(-1, 1, *array.shape[:2])
        elif weight.endswith("kernel"):
            array = array.transpose((3, 2, 0, 1) if array.ndim == 4 else (1, 0))
        elif array.ndim == 3:
            array = array.transpose(2, 0, 1)
            array = array.reshape(-1) if weight == "alpha" and array.shape[1:] == (1, 1) else array
        assert tuple(tensor.shape) == array.shape, name
        tensor.copy_(torch.from_numpy(np.array(array)))
    model.eval()
    with torch.no_grad():
        output = model(torch.from_numpy(images).permute(0, 3, 1, 2))
    return sum(tensor.numel() for tensor in held.values()), output.numpy()


def augmented(framework: str, source: str, images: np.ndarray) -> np.ndarray:
    """Run the augmentation of generated source on images: uint8 (n, h, w, c) -> floats of the same shape."""
    namespace = {"__name__": "generated", "np": np}
    if framework == "tensorflow":
        import keras
        import tensorflow as tf
        from keras import layers

        namespace |= {"keras": keras, "tf": tf, "layers": layers}
    else:
        import torch
        import torch.nn.functional as F

        namespace |= {"torch": torch, "F": F, "device": torch.device("cpu")}
    exec(compile(source, "<generated>", "exec"), namespace)  # noqa: S102  what is tested here
    found = np.asarray(namespace["prepare"](images, training=True))
    return found.transpose(0, 2, 3, 1) if framework == "torch" else found
