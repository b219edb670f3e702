"""From tensors to a row of our layers: branches that are added become Residual, those side by side Parallel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod

from clsf.errors import SpecError
from clsf.model import layers as ours
from clsf.model.branches import Parallel, Residual
from clsf.model.layers import made
from clsf.model.shapes import one_or_two, one_or_two_text
from clsf.reader.ops import pair
from clsf.reader.shapes import four
from clsf.reader.values import Op, Tensor
from clsf.words import Sentence, say

MAX_LAYERS = 400


class TangledError(Exception):
    """Branches that can't be written as rows inside rows."""


@dataclass
class Reading:
    """Layers that were understood, and what was not."""

    torch: bool
    layers: tuple = ()
    lost: list[tuple[int, Sentence]] = field(default_factory=list)
    assumed: list[tuple[int, Sentence]] = field(default_factory=list)
    count: int = 0
    classes: int = 10  # units of a dense layer whose number can't be told

    def lose(self, line: int, what: Sentence) -> None:
        if (line, str(what)) not in {(n, str(w)) for n, w in self.lost}:
            self.lost.append((line, what))

    def assume(self, line: int, what: Sentence) -> None:
        if str(what) not in {str(w) for _, w in self.assumed}:
            self.assumed.append((line, what))


def ordered(output: Tensor) -> list[Tensor]:
    """Return every tensor that an output is made of, inputs before what is made of them."""
    found: list[Tensor] = []
    seen: set[int] = set()
    stack: list[tuple[Tensor, bool]] = [(output, False)]
    while stack:
        tensor, done = stack.pop()
        if done:
            found.append(tensor)
            continue
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        stack.append((tensor, True))
        stack += [(i, False) for i in reversed(tensor.inputs) if id(i) not in seen]
    return found


def rows(output: Tensor, torch: bool, classes: int = 10) -> Reading:
    """Return the layers between a model's input and its output."""
    reading = Reading(torch, classes=classes)
    start = next((t for t in ordered(output) if not t.inputs), None)
    try:
        reading.layers = tuple(_tidy(_row(output, start, reading, _ancestors(output)), reading))
    except (TangledError, RecursionError):
        reading.lose(output.op.line, say("branches that are not rows inside rows"))
        chain = [t for t in ordered(output) if t.inputs]
        reading.layers = tuple(_tidy([x for t in chain for x in _safe(t, reading)], reading))
    return reading


def _ancestors(output: Tensor) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for t in ordered(output):
        found[id(t)] = {id(t)}.union(*(found[id(i)] for i in t.inputs)) if t.inputs else {id(t)}
    return found


def _row(end: Tensor, start: Tensor | None, reading: Reading, above: dict[int, set[int]], depth: int = 0) -> list:
    """Return the layers from `start` (left out) to `end`."""
    if depth > 6:
        raise TangledError
    found: list = []
    current = end
    while current is not start:
        reading.count += 1
        if reading.count > MAX_LAYERS * 4:
            raise TangledError
        inputs = list(current.inputs)
        if not inputs:
            if start is None or current is start:
                break
            raise TangledError
        if len(inputs) == 1:
            found = [*_safe(current, reading), *found]
            current = inputs[0]
            continue
        fork = _fork(inputs, above, end, start)
        branches = [_row(i, fork, reading, above, depth + 1) for i in inputs]
        branches = [_tidy(b, reading) for b in branches]
        found = [*_join(current, branches, reading), *found]
        current = fork
    return found


def _fork(inputs: list[Tensor], above: dict[int, set[int]], end: Tensor, start: Tensor | None) -> Tensor:
    """Return the last tensor that all branches come from, through which each of them goes."""
    common = set.intersection(*(above[id(i)] for i in inputs))
    order = [t for t in ordered(end) if id(t) in common]
    for candidate in reversed(order):
        if all(_through(i, candidate) for i in inputs):
            return candidate
    raise TangledError


def _through(tensor: Tensor, gate: Tensor) -> bool:
    """Whether every way from a tensor up to the input goes through `gate`."""
    stack, seen = [tensor], set()
    while stack:
        t = stack.pop()
        if t is gate or id(t) in seen:
            continue
        seen.add(id(t))
        if not t.inputs:
            return False
        stack += t.inputs
    return True


def _join(tensor: Tensor, branches: list[list], reading: Reading) -> list:
    line = tensor.op.line
    if tensor.op.kind == "Add":
        result = branches
        if len(result) == 1:
            return result[0]
        main, *others = (
            sorted(result, key=lambda b: -len(b))
            if not result[-1] or (len(result[0]) < len(result[-1]) and not result[0])
            else result
        )
        if len(others) == 1:
            return [Residual(tuple(main), tuple(others[0]))]
        reading.lose(line, say("an addition of {count} branches", count=len(branches)))
        return main
    if tensor.op.kind == "Concat":
        return [Parallel(tuple(tuple(b) for b in branches))]
    reading.lose(line, say("branches that are multiplied or averaged"))
    return branches[0]


def _safe(tensor: Tensor, reading: Reading) -> list:
    try:
        return _layer(tensor, reading)
    except SpecError as error:
        reading.lose(tensor.op.line, error.sentence)
        return []


def _layer(tensor: Tensor, reading: Reading) -> list:
    """Return our layers for one operation: none for what only moves numbers, marks (tuples) for padding still to be joined."""
    op, before, after = tensor.op, tensor.inputs[0], tensor.shape
    s, line = op.settings, op.line
    match op.kind:
        case "Convolution" | "Depthwise":
            return _convolution(op, before, reading)
        case "Linear":
            if not isinstance(s.get("units"), int):
                reading.assume(line, say("{count} stands for a number of units that can't be told.", count=reading.classes))
                s = {**s, "units": reading.classes}
            return [
                made("Linear", s["units"], "linear", s.get("bias") is not False),
                *_activation(s.get("activation"), op, reading),
            ]
        case "MaxPool" | "AveragePool":
            return _pool(op, before, reading)
        case "GlobalAverage" | "GlobalMax":
            return [made(op.kind)]
        case "AdaptiveAveragePool2D" | "AdaptiveMaxPool2D":
            return _adaptive(op, before, reading)
        case "Separable" | "Conv1D" | "Conv2DTranspose" | "Resize" | "Unknown" | "Argmax" | "Mean":
            name = s.get("name") or op.kind
            reading.lose(line, say("{name}", name=name))
            if op.kind == "Separable" and isinstance(s.get("filters"), int) and pair(s.get("kernel")):
                padding = "same" if s.get("padding") == "same" else "valid"
                return [
                    made("Depthwise", pair(s["kernel"])[0], (pair(s.get("strides")) or (1, 1))[0], padding, use_bias=False),
                    made("Convolution", s["filters"], 1),
                    *_activation(s.get("activation"), op, reading),
                ]
            return []
        case "Flat":
            return [made("Flat")]
        case "View" | "Reshape":
            if after is not None and len(after) == 1 and before.shape is not None and len(before.shape) > 1:
                return [made("Flat")]
            return []
        case "Squeeze":
            return (
                [made("Flat")]
                if before.shape is not None and len(before.shape) == 3 and after is not None and len(after) == 1
                else []
            )
        case "Drop":
            rate = s.get("rate")
            if isinstance(rate, int | float) and 1 < rate < 100:
                rate = rate / 100
            return [made("Drop", rate)] if isinstance(rate, int | float) and 0 <= rate < 1 else []
        case "Batchwise":
            momentum, epsilon = s.get("momentum"), s.get("epsilon")
            return [
                made(
                    "Batchwise",
                    momentum if isinstance(momentum, int | float) and 0 <= momentum < 1 else 0.99,
                    epsilon if isinstance(epsilon, int | float) and 0 < epsilon <= 1 else 1e-3,
                )
            ]
        case "Function":
            return _activation(s.get("name"), op, reading, alone=True)
        case "Pad":
            return [("pad", four(s.get("pads"), reading.torch), s.get("value", 0), line, before.shape)]
        case "Add" | "Concat" | "Combine":
            return []
    return []


def _activation(name: object, op: Op, reading: Reading, alone: bool = False) -> list:
    if name in (None, "linear"):
        if name is None:
            reading.lose(op.line, say("an activation"))
        return []
    if name == "log_softmax":
        name = "softmax"
    if name not in ours.ACTIVATIONS:
        near = {
            "elu": "leaky_relu",
            "selu": "relu",
            "silu": "gelu",
            "mish": "gelu",
            "prelu": "leaky_relu",
            "hard_sigmoid": "sigmoid",
            "softsign": "tanh",
            "hard_tanh": "tanh",
        }.get(name, "relu")
        if name in ours.ACTIVATIONS:
            near = name
        reading.assume(op.line, say("{near} stands for the activation {name}.", near=near, name=name))
        name = near
    if name == "leaky_relu" and op.settings.get("alpha") not in (None, ours.LEAKY_SLOPE) and op.kind == "Function":
        reading.assume(op.line, say("leaky_relu has the slope {slope} here.", slope=ours.LEAKY_SLOPE))
    return [made("Function", name)]


def _convolution(op: Op, before: Tensor, reading: Reading) -> list:
    s = op.settings
    kernel = pair(s.get("kernel"))
    if kernel is None or (op.kind != "Depthwise" and not isinstance(s.get("filters"), int)):
        reading.lose(op.line, say("the size of a convolution"))
        return []
    found = {
        "kernel_size": kernel, "strides": pair(s.get("strides")) or (1, 1), "dilation_rate": pair(s.get("dilation", 1)) or (1, 1),
        "use_bias": s.get("bias") is not False, "padding": "same",
    }  # fmt: skip
    multiplier = s.get("multiplier") if isinstance(s.get("multiplier"), int) else 1
    if op.kind == "Depthwise":
        layer = made(op.kind, **_square(found), depth_multiplier=multiplier)
    else:
        groups = s.get("groups")
        layer = made("Convolution", s["filters"], groups=groups if isinstance(groups, int) else 1, **found)
    padding = _padding(s.get("padding"), layer, before.shape, op, reading)
    return [replace(layer, padding=padding), *_activation(s.get("activation"), op, reading)]


def _square(found: dict) -> dict:
    """Return the settings with strides as one number, which is all that some layers take."""
    return found | {"strides": one_or_two(found["strides"])}


def _padding(padding: object, same: ours.Sliding, shape: tuple | None, op: Op, reading: Reading) -> str:
    """Return the word for a padding of the layer that is `same` with padding "same"."""
    if padding in ("same", "valid"):
        return padding
    pads = pair(padding)
    if pads is None or pads == (0, 0):
        return "valid"
    image = _image(shape, reading)
    if image and same.pads(image) == (pads[1], pads[1], pads[0], pads[0]):
        return "same"
    each = list(zip(pads, same.reaches, same.moves, strict=True))
    if all(2 * pad == reach - 1 or (move > 1 and pad == (reach - 1) // 2) for pad, reach, move in each):
        if max(same.moves) > 1:
            reading.assume(
                op.line,
                say(
                    "Padding “same” stands for padding={pads}: as many cells, but not the same on both sides.",
                    pads=one_or_two_text(one_or_two(pads)),
                ),
            )
        return "same"
    reading.assume(
        op.line, say("Padding “{near}” stands for padding={pads}.", near="same", pads=one_or_two_text(one_or_two(pads)))
    )
    return "same"


def _image(shape: tuple | None, reading: Reading) -> tuple | None:
    """Return an image's (height, width, channels) as we have it, None where it is not known."""
    if shape is None or len(shape) != 3 or None in shape:
        return None
    return (*shape[1:], shape[0]) if reading.torch else tuple(shape)


def _pool(op: Op, before: Tensor, reading: Reading) -> list:
    s = op.settings
    size, strides = pair(s.get("size")), pair(s.get("strides"))
    if size is None:
        reading.lose(op.line, say("the size of a pooling"))
        return []
    same = made(op.kind, size, None if strides in (None, size) else strides, "same")
    padding, image = s.get("padding"), _image(before.shape, reading)
    if padding not in ("same", "valid"):
        hangs = s.get("ceil") is True and image is not None and any(same.pads(image))
        padding = "valid" if (pair(padding) or (0, 0)) == (0, 0) and not hangs else "same"
    return [replace(same, padding=padding)]


def _adaptive(op: Op, before: Tensor, reading: Reading) -> list:
    size = pair(op.settings.get("size"))
    if size == (1, 1):
        return [made("GlobalMax" if op.kind == "AdaptiveMaxPool2D" else "GlobalAverage"), ("flat",)]
    image = _image(before.shape, reading)
    if size is not None and image is not None and image[0] % size[0] == 0 and image[1] % size[1] == 0:
        step = image[0] // size[0], image[1] // size[1]
        role = "AveragePool" if op.kind.startswith("AdaptiveA") else "MaxPool"
        return [made(role, step)] if 1 < max(step) <= ours.MAX_WINDOW else []
    reading.lose(op.line, say("{name}", name=op.kind))
    return []


def _tidy(found: list, reading: Reading) -> list:
    """Return the row with activations inside the layers before them, padding joined, flattened once."""
    row: list = []
    flat = False
    pending: tuple | None = None
    for item in found:
        if isinstance(item, tuple):
            if item[0] == "flat":
                flat = True
            else:
                if row and row[-1].role == "AveragePool" and item[1] is not None and min(item[1]) < 0:
                    row[-1] = replace(row[-1], padding="same")
                else:
                    pending = item
            continue
        if item.role == "Flat":
            if flat or (row and row[-1].role == "Flat"):
                continue
            flat = True
        if pending is not None and isinstance(item, ours.Sliding):
            item = _with_padding(item, pending, reading)
            pending = None
        if item.role == "Function" and item.name == "linear":
            continue
        row.append(item)
    if pending is not None:
        reading.lose(pending[3], say("padding"))
    return row


def _with_padding(layer: ours.Sliding, pad: tuple, reading: Reading) -> object:
    if layer.padding == "same":
        return layer
    same, image = replace(layer, padding="same"), _image(pad[4], reading)
    if pad[1] is not None and image is not None:
        if same.pads(image) == pad[1]:
            return same
        if not any(pad[1]):
            return layer
    reading.assume(pad[3], say("Padding “same” stands for a layer of zeros around the image."))
    return same


def folded(layers: tuple, deep: int = 0) -> tuple:
    """Return the row with each activation as the setting of the layer before it, where that is a weighted layer without one."""
    row: list = []
    for item in layers:
        if isinstance(item, Residual) and deep < 8:
            item = Residual(folded(item.layers, deep + 1), folded(item.shortcut, deep + 1))
        elif isinstance(item, Parallel) and deep < 8:
            item = Parallel(tuple(folded(b, deep + 1) for b in item.branches))
        weighted = row and bool(row[-1].KERNELS)
        if item.role == "Function" and weighted and row[-1].activation == "linear":
            row[-1] = replace(row[-1], activation=item.name)
            continue
        row.append(item)
    return tuple(row)


def size(shape: tuple | None) -> int | None:
    return prod(shape) if shape is not None and None not in shape else None
