"""Joins a state_dict with a model: decides which module's tensors are which layer's weights.

A state_dict is in the order in which modules were created, and a safetensors file keeps no order; names are chosen by the
student. So a layer gets the module of its name if there is one, else the next unused one of its kind whose shapes fit. A module
whose shapes are the layer's in another order is accepted too and noted: a conversion lab looks for untransposed kernels.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from clsf.backends.base import Weights
from clsf.backends.layout import WORDS, agreed, turned
from clsf.code.names import layer_names
from clsf.convert.values import Loaded
from clsf.errors import ConvertError
from clsf.model.shapes import Shape, Weight, shape_text
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.predict.exporting import plain_order
from clsf.words import say

WRAPPED = ("module.", "_orig_mod.")  # DataParallel, torch.compile
COUNTER = "num_batches_tracked"
FLATTENED_BY_TORCH = Plan("any", differences=("flatten-order",))


def modules(state: dict[str, np.ndarray]) -> dict[str, dict[str, str]]:
    """Return module -> torch's name of a tensor -> its name in the file, in the order of the file."""
    by_module: dict[str, dict[str, str]] = {}
    for key in state:
        module, _, word = key.rpartition(".")
        if word != COUNTER:
            by_module.setdefault(module, {})[word] = key
    return by_module


def plain_name(module: str) -> str:
    """Return a module's name without the prefixes of wrappers around the whole model."""
    while module.startswith(WRAPPED):
        module = module.split(".", 1)[1]
    return module


def natural(text: str) -> list:
    """Return a key that sorts "conv2" before "conv10"."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def wanted(spec: ModelSpec, shape: Shape) -> list[tuple[str, str, dict[str, Weight]]]:
    """Return (path, suffix, torch's name -> weight) of each module that holds the model's weights, in order of computation."""
    by_place: dict[tuple[str, str], dict[str, Weight]] = {}
    for facts in spec.analyse(shape).layers:
        for weight in facts.weights:
            suffix = facts.layer.HELD.get(weight.name, "")
            by_place.setdefault((facts.path, suffix), {})[WORDS.get(weight.name, weight.name)] = weight
    return [(path, suffix, words) for (path, suffix), words in by_place.items()]


def torch_shape(weight: Weight) -> Shape:
    """Return the shape that a weight has in a state_dict."""
    return turned(weight.name, np.broadcast_to(np.float32(0), weight.shape)).shape


def bound(state: Loaded, spec: ModelSpec, shape: tuple, like: Loaded | None = None) -> Loaded:
    """Return the state_dict as weights of a model. Raises ConvertError if its layers are not those of the model.

    `like`: the other file of a pair. Where the file keeps no order, its values decide between modules of equal shapes.
    """
    have = modules(state.state)
    rooms = wanted(spec, shape)
    ours = layer_names(spec.layers)
    taken: dict[str, tuple[str, str]] = {}
    places: dict[tuple[str, str], str] = {}
    order = list(have) if state.kind == "pt" else sorted(have, key=natural)

    def take(room: tuple[str, str], module: str) -> None:
        taken[module], places[room] = room, module

    by_plain = {plain_name(module): module for module in have}
    for path, suffix, words in rooms:
        for name in (
            f"{ours[path]}{suffix}",
            *((f"{like.names[path]}{suffix}",) if like is not None and path in like.names else ()),
        ):
            module = by_plain.get(name)
            if module is not None and module not in taken and _alike(state, have[module], words):
                take((path, suffix), module)
                break
    if state.kind != "pt" and like is not None:
        _by_values(state, like, spec, shape, have, rooms, taken, take, places)
    for exact in (True, False):
        for path, suffix, words in rooms:
            if (path, suffix) in places:
                continue
            fits = _fits if exact else _alike
            module = next((m for m in order if m not in taken and fits(state, have[m], words)), None)
            if module is not None:
                take((path, suffix), module)
    missing = [(path, suffix, words) for path, suffix, words in rooms if (path, suffix) not in places]
    extra = [module for module in have if module not in taken]
    if missing:
        path, _, words = missing[0]
        raise ConvertError(
            "The state_dict has no tensors for layer {path} of the model, {kind} with {shapes}. It has {extra} left over. Choose the "
            "model that it belongs to.",
            path=path, kind=next(f.kind for f in spec.analyse(shape).layers if f.path == path),
            shapes=", ".join(f"{word} {shape_text(torch_shape(weight))}" for word, weight in words.items()),
            extra=_listed(state, have, extra),
        )  # fmt: skip
    notes = list(state.notes)
    if extra:
        notes.append(
            say("The state_dict also has tensors that no layer of the model has: {extra}.", extra=_listed(state, have, extra))
        )
    weights: Weights = {}
    keys: dict[str, str] = {}
    names: dict[str, str] = {}
    misfits: dict[str, np.ndarray] = {}
    for path, suffix, words in rooms:
        module = places[path, suffix]
        names.setdefault(path, plain_name(module) or module)
        for word, weight in words.items():
            name = f"{path}.{weight.name}"
            key = have[module].get(word)
            if key is None:  # a module without a bias, or without scale and shift
                weights[name] = np.full(weight.shape, 1.0 if weight.name in ("gamma", "moving_variance") else 0.0, np.float32)
                misfits[name] = np.zeros(0, np.float32)
                continue
            keys[name] = key
            array = state.state[key]
            if array.shape == torch_shape(weight):
                weights[name] = agreed(weight.name, array, weight.shape)
            else:
                misfits[name] = array
                weights[name] = np.zeros(weight.shape, np.float32)
    weights = plain_order(spec, shape, FLATTENED_BY_TORCH, weights, "tensorflow")
    return replace(
        state,
        model=spec.to_json(),
        shape=tuple(shape),
        weights=weights,
        names=names,
        keys=keys,
        misfits=misfits,
        notes=tuple(notes),
    )


def _listed(state: Loaded, have: dict, extra: list[str]) -> str:
    keys = [key for module in extra for key in have[module].values()]
    shown = ", ".join(f"{key[:40]} {shape_text(state.state[key].shape) or '1'}" for key in keys[:4])
    return (shown + (" …" if len(keys) > 4 else "")) or "–"


def _fits(state: Loaded, module: dict[str, str], words: dict[str, Weight]) -> bool:
    return set(module) == set(words) and all(state.state[module[w]].shape == torch_shape(weight) for w, weight in words.items())


def _alike(state: Loaded, module: dict[str, str], words: dict[str, Weight]) -> bool:
    """Whether a module matches a layer's kind: equal tensor sizes; a bias, scale or shift may be missing."""
    optional = {"bias"} | ({"weight"} if "running_mean" in words else set())
    if not (set(module) <= set(words) and set(words) - set(module) <= optional and module):
        return False
    return all(_same_sides(state.state[key].shape, torch_shape(words[word])) for word, key in module.items())


def _same_sides(shape: Shape, expected: Shape) -> bool:
    if len(shape) != len(expected):
        return False
    return sorted(shape) == sorted(expected)


def _by_values(state, like, spec, shape, have, rooms, taken, take, places) -> None:
    """In a file without order, assign modules of equal shapes to the layers with their values, unless names decide."""
    groups: dict[tuple, list] = {}
    for path, suffix, words in rooms:
        if (path, suffix) not in places:
            groups.setdefault(tuple((w, torch_shape(x)) for w, x in words.items()), []).append((path, suffix, words))
    theirs = (
        plain_order(spec, shape, Plan("any"), like.weights, "torch")
        if set(spec.analyse(shape).named_weights()) <= set(like.weights)
        else None
    )
    for group in groups.values():
        fitting = [m for m in have if m not in taken and _fits(state, have[m], group[0][2])]
        stems = {re.sub(r"\d+", "", plain_name(m)) for m in fitting}
        if len(fitting) < 2 or len(stems) == 1 or theirs is None:
            continue
        for path, suffix, words in group:
            for module in fitting:
                same = module not in taken and all(
                    np.allclose(state.state[have[module][w]], turned(x.name, theirs[f"{path}.{x.name}"]), rtol=1e-4, atol=1e-6)
                    for w, x in words.items()
                )
                if same:
                    take((path, suffix), module)
                    break
