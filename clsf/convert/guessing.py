"""Guesses an architecture for a bare state_dict from its shapes and names alone. Every result is marked as a guess."""

from __future__ import annotations

from math import isqrt

from clsf.convert import binding
from clsf.convert.values import Loaded
from clsf.data import catalogue
from clsf.errors import ClsfError, ConvertError
from clsf.model import presets
from clsf.model.layers import made
from clsf.model.spec import ModelSpec
from clsf.words import Sentence, say

SIZES = (28, 32, 8, 16, 24, 64, 48, 96, 128, 224)


def guessed(state: Loaded) -> tuple[ModelSpec, tuple[int, int, int], Sentence]:
    """Return a model that fits these tensors, the size of its images, and a sentence on how it was found.

    Raises ConvertError if there is none.
    """
    have = binding.modules(state.state)
    arrays = {module: state.state[words["weight"]] for module, words in have.items() if "weight" in words}
    dense = [array for array in arrays.values() if array.ndim == 2]
    if not dense:
        raise ConvertError(
            "The architecture of this state_dict can't be guessed: no layer ends in scores. Choose the model that it belongs to."
        )
    for classes in sorted({array.shape[0] for array in dense}):
        for name in presets.NAMES:
            for shape in sorted({info.shape for info in map(catalogue.info, catalogue.NAMES)}):
                spec = presets.preset(name, classes)
                if _exactly(state, spec, shape, have):
                    return (
                        spec,
                        shape,
                        say("The state_dict has the shapes of the ready-made model '{name}', which is taken.", name=name),
                    )
    return _built(state, have)


def _exactly(state: Loaded, spec: ModelSpec, shape: tuple, have: dict) -> bool:
    try:
        rooms = binding.wanted(spec, shape)
    except ClsfError:
        return False
    if len(rooms) != len(have):
        return False
    wanted = sorted(sorted((word, tuple(binding.torch_shape(w))) for word, w in words.items()) for _, _, words in rooms)
    shapes = sorted(sorted((word, tuple(state.state[key].shape)) for word, key in words.items()) for words in have.values())
    return wanted == shapes


def _built(state: Loaded, have: dict) -> tuple[ModelSpec, tuple[int, int, int], Sentence]:
    order = list(have) if state.kind == "pt" else _order(state, have)
    layers, channels, flat, first = [], None, None, None
    for module in order:
        words = have[module]
        weight = state.state[words["weight"]] if "weight" in words else None
        bias = "bias" in words
        if "running_mean" in words:
            layers.append(made("Batchwise", 0.9, 1e-5))
        elif weight is not None and weight.ndim == 4:
            out, each, high, wide = weight.shape
            first = first or each
            depthwise = channels is not None and each == 1 and channels > 1
            layers.append(
                made("Depthwise", (high, wide) if high != wide else high, padding="same", depth_multiplier=max(out // channels, 1), use_bias=bias)
                if depthwise else made("Convolution", out, (high, wide) if high != wide else high, padding="same", use_bias=bias)
            )  # fmt: skip
            channels = out
        elif weight is not None and weight.ndim == 2:
            if flat is None:
                flat = weight.shape[1]
                layers.append(None)  # where the image becomes a vector
            layers.append(made("Linear", weight.shape[0], use_bias=bias))
        else:
            raise ConvertError(
                "The architecture of this state_dict can't be guessed: no layer here holds '{name}'. Choose the model that it belongs to.",
                name=module[:60],
            )
    if flat is None or first not in (None, 1, 3):
        raise ConvertError(
            "The architecture of this state_dict can't be guessed: no layer ends in scores. Choose the model that it belongs to."
        )
    shape, layers = _placed(layers, channels, flat, first)
    spec = ModelSpec("guessed", tuple(_with_functions(layers)))
    return spec, shape, say(
        "The architecture is a guess from shapes and names: relu between the layers, padding “same”, and poolings so that the sizes fit. "
        "Open it in the editor and correct what your program does differently."
    )  # fmt: skip


def _order(state: Loaded, have: dict) -> list[str]:
    """Return the modules of a file without order: convolutions before dense layers, by numbers in names and matching sizes."""

    def rank(module: str) -> tuple:
        words = have[module]
        flat = "weight" in words and state.state[words["weight"]].ndim == 2
        return flat, binding.natural(binding.plain_name(module))

    left, ordered, size = sorted(have, key=rank), [], None
    while left:
        chosen = next((m for m in left if _goes(state, have[m], size)), left[0])
        left.remove(chosen)
        ordered.append(chosen)
        array = state.state[have[chosen].get("weight", next(iter(have[chosen].values())))]
        size = array.shape[0]
    return ordered


def _goes(state: Loaded, words: dict[str, str], size: int | None) -> bool:
    """Whether a module accepts the output of a module with this number of channels or units."""
    if "weight" not in words:
        return size is not None
    shape = state.state[words["weight"]].shape
    if size is None:  # the module that receives the image
        return len(shape) == 2 or (len(shape) == 4 and shape[1] in (1, 3))
    return shape[0] == size if len(shape) == 1 else shape[1] in (size, 1)


def _placed(layers: list, channels: int | None, flat: int, first: int | None) -> tuple[tuple[int, int, int], list]:
    """Return the size of the images, and the layers with a flattening step and the pooling layers that this needs."""
    at = layers.index(None)
    if channels is None:  # dense layers alone: the whole image
        for c in (1, 3):
            side = isqrt(flat // c)
            if side * side * c == flat:
                return (side, side, c), [*layers[:at], made("Flat"), *layers[at + 1 :]]
        raise ConvertError(
            "The architecture of this state_dict can't be guessed: {count} values make no square image. Choose the model that it belongs to.",
            count=flat,
        )
    convolutions = [n for n, layer in enumerate(layers[:at]) if layer is not None and layer.role == "Convolution"]
    if flat == channels:
        return (32 if first == 3 else 28,) * 2 + (first,), [*layers[:at], made("GlobalAverage"), *layers[at + 1 :]]
    side = isqrt(flat // channels)
    if side * side * channels != flat:
        raise ConvertError(
            "The architecture of this state_dict can't be guessed: {count} values make no square image. Choose the model that it belongs to.",
            count=flat,
        )
    for size in ((32, 28) if first == 3 else (28, 32)) + SIZES:
        for count in range(len(convolutions) + 1):
            if size >> count == side:
                pooled = set(convolutions[len(convolutions) - count :])
                before = []
                for n, layer in enumerate(layers[:at]):
                    before.append(layer)
                    if n in pooled:
                        before.append("pool")
                return (size, size, first), [*before, made("Flat"), *layers[at + 1 :]]
    return (side, side, first), [*layers[:at], made("Flat"), *layers[at + 1 :]]


def _with_functions(layers: list) -> list:
    """Return the layers with ReLU after each but the last (after a batch normalisation if one follows), then pooling."""
    row, waiting = [], False
    for n, layer in enumerate(layers):
        if layer == "pool":
            waiting = True
            continue
        normed = isinstance(layer, object) and getattr(layer, "role", "") == "Batchwise"
        if waiting and not normed:
            row.append(made("MaxPool", 2))
            waiting = False
        rest = [x for x in layers[n + 1 :] if x != "pool"]
        row.append(layer)
        if (layer.KERNELS or normed) and rest and rest[0].role != "Batchwise":
            row.append(made("Function", "relu"))
    if waiting:
        row.append(made("MaxPool", 2))
    return row
