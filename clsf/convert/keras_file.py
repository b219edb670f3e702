"""Reads a `.keras` file as data: its config is JSON, its weights are HDF5. Keras never builds anything from it.

A config may name only what our layers can read (`clsf.model.layers.reading`). A Lambda layer holds code and a custom object
needs some; both are refused, with the reason.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from clsf.calls import Call
from clsf.convert import zipped
from clsf.convert.net import MOST_WEIGHTS, Node, merged, network, then
from clsf.convert.values import Loaded
from clsf.errors import ConvertError, SpecError
from clsf.model.layers import made
from clsf.model.layers.reading import BY_KERAS, of_keras
from clsf.model.spec import MAX_LAYERS, MAX_NAME, ModelSpec
from clsf.words import Sentence, say

MOST_CONFIG = 5_000_000  # bytes
MOST_H5 = 450_000_000

MERGES = {"Add": "add", "Multiply": "multiply", "Concatenate": "concat"}
STILL = ("GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "Identity")
"""Layers that pass on their input in inference."""
INSIDE = ("Sequential", "Functional", "Model")
CODE = ("Lambda",)
PLACES = ("keras.layers", "keras.src.", "keras", "tensorflow.keras", "tf_keras", "keras.models")


def read(content: bytes, name: str) -> Loaded:
    """Return the network of a `.keras` file. Raises ConvertError with what is wrong, or what is not supported and why."""
    archive, members = zipped.members(content, ".keras")
    missing = [part for part in ("config.json", "model.weights.h5") if part not in members]
    if missing:
        raise ConvertError(
            "This is no .keras file of Keras 3: it has no {part}. Save the model with model.save('model.keras').",
            part=missing[0],
        )
    text = zipped.unpacked(archive, members["config.json"], MOST_CONFIG, ".keras")
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        raise ConvertError("The .keras file's config.json is not JSON. Save the model again.") from None
    reading = _Reading(_Weights(zipped.unpacked(archive, members["model.weights.h5"], MOST_H5, ".keras")))
    start, end = reading.model(config, None, "")
    built = network(end, start)
    title = str(_get(_get(config, "config"), "name") or name)[:MAX_NAME].strip() or "model"
    try:
        spec = ModelSpec(title, built.layers)
    except SpecError:
        spec = ModelSpec("model", built.layers)
    return Loaded(
        "keras", name, "tensorflow", spec.to_json(), start.shape, built.weights, built.names, built.keys, scaling=reading.scaling,
        notes=tuple(reading.notes),
    )  # fmt: skip


def _get(data: object, name: str) -> object:
    return data.get(name) if isinstance(data, Mapping) else None


@dataclass
class _Reading:
    weights: _Weights
    scaling: tuple[float, float] | None = None
    notes: list[Sentence] = field(default_factory=list)
    count: int = 0

    def model(self, data: object, before: Node | None, group: str, depth: int = 0) -> tuple[Node, Node]:
        """Return the start and end of a model; `before`: the input of a nested model; `group`: where its weights are stored."""
        kind, config = _get(data, "class_name"), _get(data, "config")
        if kind not in INSIDE or depth > 4:
            raise ConvertError(
                "The file holds a model of the class {name}, whose code is not in the file. Sequential and functional models are read.",
                name=str(kind)[:60],
            )  # fmt: skip
        _known_place(data, str(kind))
        layers = _get(config, "layers")
        if not isinstance(layers, list) or not layers:
            raise ConvertError("The .keras file's config.json has no list of layers. Save the model again.")
        self.count += len(layers)
        if self.count > MAX_LAYERS:
            raise ConvertError("The file has more than {most} layers.", most=MAX_LAYERS)
        places = self.weights.places(layers, group)
        if kind == "Sequential":
            return self._sequential(config, layers, places, before, depth)
        return self._functional(config, layers, places, before, depth)

    def _sequential(
        self, config: Mapping, layers: list, places: list[str], before: Node | None, depth: int
    ) -> tuple[Node, Node]:
        start = before
        if start is None:
            shape = next(
                (s for s in (_batch_shape(_get(x, "config")) for x in layers) if s), None
            ) or _shape(_get(config, "build_input_shape") or _get(config, "batch_input_shape"))  # fmt: skip
            start = Node("input", shape=_image(shape))
        end = start
        for layer, place in zip(layers, places, strict=True):
            end = self._layer(layer, [end], place, depth)
        return start, end

    def _functional(
        self, config: Mapping, layers: list, places: list[str], before: Node | None, depth: int
    ) -> tuple[Node, Node]:
        made_of: dict[str, Node] = {}
        start = before
        waiting = list(zip(layers, places, strict=True))
        while waiting:
            left = []
            for layer, place in waiting:
                name = str(_get(layer, "name") or _get(_get(layer, "config"), "name"))
                if _get(layer, "class_name") == "InputLayer":
                    if start is not None and before is None:
                        raise ConvertError("The model has more than one input; models of one image are read.")
                    if before is None:
                        start = Node(name, shape=_image(_batch_shape(_get(layer, "config"))))
                    made_of[name] = start
                    continue
                nodes = _get(layer, "inbound_nodes")
                if not isinstance(nodes, list) or len(nodes) != 1:
                    raise ConvertError(
                        "The layer '{name}' is used {count} times; layers that are used once are read.", name=name[:60],
                        count=len(nodes) if isinstance(nodes, list) else 0,
                    )  # fmt: skip
                inputs = _histories(nodes[0])
                if not inputs:
                    raise ConvertError("It is not clear what the layer '{name}' receives.", name=name[:60])
                if all(source in made_of for source in inputs):
                    made_of[name] = self._layer(layer, [made_of[source] for source in inputs], place, depth)
                else:
                    left.append((layer, place))
            if len(left) == len(waiting):
                raise ConvertError("It is not clear what the layer '{name}' receives.", name=str(_get(left[0][0], "name"))[:60])
            waiting = left
        outputs = _get(config, "output_layers")
        while isinstance(outputs, list) and len(outputs) == 1 and isinstance(outputs[0], list):
            outputs = outputs[0]
        last = outputs[0] if isinstance(outputs, list) and outputs else None
        if start is None or last not in made_of or any(isinstance(x, list) for x in outputs):
            raise ConvertError("The model has no single output; models with one input and one output are read.")
        return start, made_of[last]

    def _layer(self, data: object, before: list[Node], place: str, depth: int) -> Node:
        kind, config = str(_get(data, "class_name")), _get(data, "config")
        config = config if isinstance(config, Mapping) else {}
        name = str(config.get("name") or _get(data, "name") or kind)[:60]
        if kind in CODE:
            raise ConvertError(
                "The layer '{name}' is a {kind}: it holds Python code, which is never run here. Write it as layers of Keras.",
                name=name, kind=kind,
            )  # fmt: skip
        if kind in INSIDE:
            return self.model(data, before[0], place, depth + 1)[1]
        _known_place(data, name)
        if kind == "InputLayer" or kind in STILL or kind.startswith("Random"):
            return before[0]
        if kind in MERGES:
            axis = config.get("axis", -1)
            if kind == "Concatenate" and axis not in (-1, len(before[0].shape)):
                raise ConvertError(
                    "The layer '{name}' joins along the axis {axis}; the channels are joined here.",
                    name=name,
                    axis=str(axis)[:20],
                )
            return merged(name, MERGES[kind], before) if len(before) > 1 else before[0]
        if len(before) != 1:
            raise ConvertError(
                "The layer '{name}' of the class {kind} has several inputs, which is not read.", name=name, kind=kind[:60]
            )
        if kind == "Rescaling":
            return self._rescaling(config, before[0], name)
        return self._plain(kind, config, before[0], place, name)

    def _rescaling(self, config: Mapping, before: Node, name: str) -> Node:
        if before.inputs:
            raise ConvertError("The layer '{name}' scales numbers inside the network; at its beginning it is read.", name=name)
        try:
            self.scaling = float(config.get("scale", 1)), float(config.get("offset", 0))
        except (TypeError, ValueError):
            raise ConvertError("The layer '{name}' scales each channel differently, which is not read.", name=name) from None
        return before

    def _plain(self, kind: str, config: Mapping, before: Node, place: str, name: str) -> Node:
        full = f"layers.{kind}"
        if full not in BY_KERAS:
            raise ConvertError(
                "The layer '{name}' is of the class {kind}, which no layer here is. Remove it, or put layers that are here in its place.",
                name=name, kind=kind[:60],
            )  # fmt: skip
        slope = _slope(kind, config)
        if slope is not None:
            layer = made("Slopes", "all")
            alpha = np.full(layer.weights(before.shape)[0].shape, slope, np.float32)
            return then(before, name, layer, {"alpha": alpha})
        takes = BY_KERAS[full].KERAS.signature.parameters
        given = {n: _value(v, name) for n, v in config.items() if n in takes and not n.endswith("_initializer")}
        if given.get("data_format") == "channels_last":
            del given["data_format"]
        axis = given.get("axis")
        if isinstance(axis, tuple) and len(axis) == 1:
            axis = axis[0]
        if axis == len(before.shape):
            given["axis"] = -1
        whole = [flag for flag in ("scale", "center") if given.pop(flag, True) is False]
        if kind == "ReLU":
            given = {n: v for n, v in {"max_value": config.get("max_value")}.items() if v is not None}
            if config.get("negative_slope") or config.get("threshold"):
                raise ConvertError("The layer '{name}' is a ReLU with a slope or a threshold, which is not read.", name=name)
        if kind in ("ELU", "Softmax", "LeakyReLU"):
            given = {n: v for n, v in config.items() if n == "negative_slope"}
        try:
            call = Call(full, (), given)
            call.arguments()
            layer, others, _ = of_keras([call], before.shape)
        except (SpecError, TypeError, ValueError) as error:
            why = error.sentence if isinstance(error, SpecError) else say("{name}", name=str(error)[:80])
            raise ConvertError("The layer '{name}' can't be read: {why}", name=name, why=why) from None
        if others:
            argument, value = next(iter(others.items()))
            raise ConvertError(
                "The layer '{name}' has {argument}={value}, which no layer here has.",
                name=name,
                argument=argument,
                value=str(value)[:60],
            )
        expected = layer.weights(before.shape)
        skipped = {"scale": "gamma", "center": "beta"}
        absent = {skipped[flag] for flag in whole}
        wanted = [w for w in expected if w.name not in absent]
        weights, keys = self.weights.of(place, wanted, name)
        for weight in expected:
            if weight.name in absent:
                weights[weight.name] = np.full(weight.shape, 1.0 if weight.name == "gamma" else 0.0, np.float32)
        return then(before, name, layer, weights, keys)


def _slope(kind: str, config: Mapping) -> float | None:
    """Return the slope of a LeakyReLU if it differs from that of our function of that name."""
    slope = config.get("negative_slope", config.get("alpha"))
    named = kind == "LeakyReLU" and isinstance(slope, int | float)
    return float(slope) if named and made("Function", "leaky_relu").keras()[0].call.kwargs["negative_slope"] != slope else None


def _value(value: object, name: str) -> object:
    """Return an argument as a plain value. Raises ConvertError for a custom object."""
    if isinstance(value, Mapping):
        _known_place(value, name)
        inner = value.get("config")
        if value.get("class_name") in ("function", "Function") and isinstance(inner, str):
            return inner
        return str(value.get("class_name"))[:60]
    return tuple(value) if isinstance(value, list) else value


def _known_place(data: object, name: str) -> None:
    """Raise ConvertError if a part of a config is not Keras' own, or one that our own files hold."""
    module, registered = _get(data, "module"), _get(data, "registered_name")
    builtin = module in (None, "builtins") or str(module).startswith(PLACES)
    if registered not in (None, "", _get(data, "class_name"), _get(data, "config")) or not builtin:
        raise ConvertError(
            "'{name}' is a custom object ({object}), whose code is not in the file and would have to be run. Write it as layers of Keras.",
            name=name[:60], object=str(registered or module)[:80],
        )  # fmt: skip


def _batch_shape(config: object) -> tuple | None:
    return _shape(_get(config, "batch_shape") or _get(config, "batch_input_shape"))


def _shape(value: object) -> tuple | None:
    return tuple(value[1:]) if isinstance(value, list) and len(value) > 1 else None


def _image(shape: tuple | None) -> tuple[int, int, int]:
    if (
        shape is None
        or len(shape) != 3
        or not all(isinstance(s, int) and 0 < s <= 1024 for s in shape)
        or shape[2] not in (1, 3)
    ):
        raise ConvertError(
            "The model's input is {shape}, but images of a fixed size are read: (height, width, 1 or 3).",
            shape=str(shape)[:60],
        )
    return shape


def _histories(node: object) -> list[str]:
    """Return the names of the layers whose outputs a node receives, as Keras 3 writes them."""
    kinds: list[str] = []

    def look(value: object, depth: int = 0) -> None:
        if depth > 8:
            return
        if isinstance(value, Mapping):
            if value.get("class_name") == "__keras_tensor__":
                history = _get(value.get("config"), "keras_history")
                if isinstance(history, list) and history and isinstance(history[0], str):
                    kinds.append(history[0])
                return
            for inner in value.values():
                look(inner, depth + 1)
        elif isinstance(value, list):
            for inner in value:
                look(inner, depth + 1)

    look(_get(node, "args"))
    return kinds


class _Weights:
    """The groups of the HDF5 file. Only numbers stored in the file itself are read."""

    def __init__(self, content: bytes) -> None:
        import h5py

        self._h5py = h5py
        try:
            self._file = h5py.File(io.BytesIO(content), "r")
        except (OSError, ValueError, RuntimeError) as error:
            raise ConvertError(
                "The .keras file's weights are no HDF5 file, or they are cut short ({why}). Save the model again.",
                why=str(error)[:80],
            ) from None
        self.total = 0

    def places(self, layers: list, group: str) -> list[str]:
        """Return for each layer the group that holds its weights: Keras names it by the class and counts, not by the layer."""
        base = f"{group}/layers" if group else "layers"
        counts: dict[str, int] = {}
        by_class, by_name = [], []
        for layer in layers:
            stem = _snake(str(_get(layer, "class_name")))
            counts[stem] = counts.get(stem, 0) + 1
            by_class.append(f"{base}/{stem}" if counts[stem] == 1 else f"{base}/{stem}_{counts[stem] - 1}")
            by_name.append(f"{base}/{_get(_get(layer, 'config'), 'name')}")
        there = set(self._names(base))
        fits = [sum(place.rsplit("/", 1)[-1] in there for place in places) for places in (by_class, by_name)]
        return by_name if fits[1] > fits[0] else by_class

    def _names(self, base: str) -> list[str]:
        group = self._at(base)
        return list(group.keys())[:2000] if isinstance(group, self._h5py.Group) else []

    def _at(self, path: str) -> object:
        """Return the object at a path, through hard links only: other links may lead to other files."""
        here = self._file
        for part in path.split("/"):
            if not isinstance(here, self._h5py.Group) or part not in here.keys():  # noqa: SIM118  `in` follows links
                return None
            if not isinstance(here.get(part, getlink=True), self._h5py.HardLink):
                raise ConvertError("The weights lead to another place ({name}), which is not followed.", name=path[:80])
            here = here[part]
        return here

    def of(self, place: str, wanted: list, name: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
        """Return the arrays of a layer and their paths. Raises ConvertError for missing arrays, wrong shapes or other paths."""
        if not wanted:
            return {}, {}
        arrays, keys = {}, {}
        for number, weight in enumerate(wanted):
            path = f"{place}/vars/{number}"
            data = self._at(path)
            if not isinstance(data, self._h5py.Dataset):
                raise ConvertError("The layer '{name}' has no weight '{weight}' in the file.", name=name, weight=weight.name)
            arrays[weight.name] = self._array(data, weight.shape, name, weight.name)
            keys[weight.name] = path
        return arrays, keys

    def _array(self, data: object, shape: tuple, name: str, weight: str) -> np.ndarray:
        if data.external or data.is_virtual:
            raise ConvertError("The weights lead to another place ({name}), which is not followed.", name=name)
        if tuple(data.shape) != tuple(shape):
            raise ConvertError(
                "The layer '{name}' has a {weight} of shape {found}, but its config says {expected}.", name=name, weight=weight,
                found=str(tuple(data.shape))[:60], expected=str(tuple(shape)),
            )  # fmt: skip
        self.total += data.size
        if self.total > MOST_WEIGHTS:
            raise ConvertError("The file holds more weights than are read here, at most {most}.", most=f"{MOST_WEIGHTS:,}")
        if data.dtype.kind not in "fiu":
            raise ConvertError(
                "The layer '{name}' has weights of the type {kind}; numbers are read.", name=name, kind=str(data.dtype)[:40]
            )
        try:
            array = np.asarray(data[()])
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            raise ConvertError(
                "The weights of the layer '{name}' can't be read ({why}).", name=name, why=str(error)[:80]
            ) from None
        return array if array.dtype.kind == "f" and array.dtype.itemsize >= 4 else array.astype(np.float32)


def _snake(name: str) -> str:
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
