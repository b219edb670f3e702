"""From tensors to a row of our layers: added branches become Residual, concatenated ones Parallel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod

from clsf.calls import Call
from clsf.code.own_layers import SOURCES
from clsf.errors import SpecError
from clsf.model import layers as ours
from clsf.model.branches import Multiply, Parallel, Residual
from clsf.model.layers import made
from clsf.model.layers.reading import of_keras, of_torch
from clsf.model.shapes import one_or_two, one_or_two_text
from clsf.reader import moves
from clsf.reader.ops import READ_WHOLE, pair
from clsf.reader.shapes import four
from clsf.reader.values import Made, Op, Tensor
from clsf.words import Sentence, say

MAX_LAYERS = 400


class TangledError(Exception):
    """Branches that can't be written as nested rows."""


@dataclass
class GraphReading:
    """The recognised layers, and the parts that were not understood."""

    torch: bool
    layers: tuple = ()
    lost: list[tuple[int, Sentence]] = field(default_factory=list)
    assumed: list[tuple[int, Sentence]] = field(default_factory=list)
    count: int = 0
    classes: int = 10  # units of a dense layer whose number is unknown

    def lose(self, line: int, what: Sentence) -> None:
        if (line, str(what)) not in {(n, str(w)) for n, w in self.lost}:
            self.lost.append((line, what))

    def assume(self, line: int, what: Sentence) -> None:
        if str(what) not in {str(w) for _, w in self.assumed}:
            self.assumed.append((line, what))


def ordered(output: Tensor) -> list[Tensor]:
    """Return every tensor that an output depends on, inputs before results."""
    tensors: list[Tensor] = []
    seen: set[int] = set()
    stack: list[tuple[Tensor, bool]] = [(output, False)]
    while stack:
        tensor, done = stack.pop()
        if done:
            tensors.append(tensor)
            continue
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        stack.append((tensor, True))
        stack += [(i, False) for i in reversed(tensor.inputs) if id(i) not in seen]
    return tensors


def rows(output: Tensor, torch: bool, classes: int = 10) -> GraphReading:
    """Return the layers between a model's input and its output."""
    reading = GraphReading(torch, classes=classes)
    start = next((t for t in ordered(output) if not t.inputs), None)
    try:
        reading.layers = tuple(_tidy(_row(output, start, reading, ancestors(output)), reading))
    except (TangledError, RecursionError):
        reading.lose(output.op.line, say("branches that are not rows inside rows"))
        chain = [t for t in ordered(output) if t.inputs]
        reading.layers = tuple(_tidy([x for t in chain for x in _safe(t, reading)], reading))
    return reading


def ancestors(output: Tensor) -> dict[int, set[int]]:
    above: dict[int, set[int]] = {}
    for t in ordered(output):
        above[id(t)] = {id(t)}.union(*(above[id(i)] for i in t.inputs)) if t.inputs else {id(t)}
    return above


def _row(end: Tensor, start: Tensor | None, reading: GraphReading, above: dict[int, set[int]], depth: int = 0) -> list:
    """Return the layers from `start` (left out) to `end`."""
    if depth > 6:
        raise TangledError
    row: list = []
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
            row = [*_safe(current, reading), *row]
            current = inputs[0]
            continue
        common = fork(inputs, above, end, start)
        branches = [_row(i, common, reading, above, depth + 1) for i in inputs]
        branches = [_tidy(b, reading) for b in branches]
        row = [*_join(current, branches, reading), *row]
        current = common
    return row


def fork(inputs: list[Tensor], above: dict[int, set[int]], end: Tensor, start: Tensor | None) -> Tensor:
    """Return the last tensor that all branches come from and pass through."""
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


def _join(tensor: Tensor, branches: list[list], reading: GraphReading) -> list:
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
    if tensor.op.kind == "Multiply" and len(branches) == 2:
        sizes = [prod(shape) if (shape := source.shape) and None not in shape else 0 for source in tensor.inputs]
        gate = 0 if sizes[0] < sizes[1] or (sizes[0] == sizes[1] and branches[0]) else 1  # the smaller is spread over the other
        inner = branches[gate]
        if inner and inner[-1].role == "Layout":  # one number per channel, as an image of one cell
            inner = inner[:-1]
        return [Multiply(tuple(inner), tuple(branches[1 - gate]))]
    if tensor.op.kind == "Concat":
        return [Parallel(tuple(tuple(b) for b in branches))]
    reading.lose(line, say("branches that are multiplied or averaged"))
    return branches[0]


def _safe(tensor: Tensor, reading: GraphReading) -> list:
    try:
        return _layer(tensor, reading)
    except SpecError as error:
        reading.lose(tensor.op.line, error.sentence)
        return []


def _layer(tensor: Tensor, reading: GraphReading) -> list:
    """Return our layers for one operation: none for pure reshaping, marks (tuples) for padding still to be merged."""
    op, before, after = tensor.op, tensor.inputs[0], tensor.shape
    s, line = op.settings, op.line
    match op.kind:
        case "Convolution" | "Depthwise" | "Separable":
            return _convolution(op, before, reading)
        case "Linear":
            if not isinstance(s.get("units"), int):
                reading.assume(
                    line, say("{count} stands for a number of units that can't be determined.", count=reading.classes)
                )
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
        case "Conv1D" | "Conv2DTranspose" | "Resize" | "Unknown" | "Argmax" | "Mean":
            name = s.get("name") or op.kind
            reading.lose(line, say("{name}", name=name))
            return []
        case "Flat":
            return [made("Flat")]
        case "View" | "Layout" | "Axes":
            if (
                op.kind != "Axes"
                and after is not None
                and len(after) == 1
                and before.shape is not None
                and len(before.shape) > 1
            ):
                return [made("Flat")]
            return [("move", tensor)]
        case "Shuffle":
            return [made(op.kind, s["groups"])] if isinstance(s.get("groups"), int) else []
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
            if not (isinstance(rate, int | float) and 0 <= rate < 1):
                return []
            maps = bool(s.get("maps")) and before.shape is not None and len(before.shape) == 3
            return [made("DropMaps" if maps else "Drop", rate)]
        case "Batchwise":
            momentum, epsilon = s.get("momentum"), s.get("epsilon")
            return [
                made(
                    "Batchwise",
                    momentum if isinstance(momentum, int | float) and 0 <= momentum < 1 else 0.99,
                    epsilon if isinstance(epsilon, int | float) and 0 < epsilon <= 1 else 1e-3,
                )
            ]
        case _ if op.kind in READ_WHOLE:
            return _declared(op, before, reading)
        case "Function":
            return _activation(s.get("name"), op, reading, alone=True)
        case "Pad":
            return [("pad", four(s.get("pads"), reading.torch), s.get("value", 0), line, before.shape)]
        case "Add" | "Multiply" | "Concat" | "Combine":
            return []
    return []


def _declared(op: Op, before: Tensor, reading: GraphReading) -> list:
    """Return the layer for a call, as the layer class itself reads it."""
    shape, name = before.shape, op.made.name
    if reading.torch and shape is not None and len(shape) == 3:
        moved = before.op.kind == "Axes" and tuple(before.op.settings.get("dims") or ()) == (0, 2, 3, 1)
        if moved and op.kind == "LayerNorm":  # the channels are last, as `LayerNorm2d` has it
            name += "2d"
        else:
            shape = (*shape[1:], shape[0])
    kind = op.kind if op.kind == "ResponseNorm" else ""
    try:
        if shape is None or None in shape:
            raise SpecError("")
        called = _call(op.made, name, kind, reading.torch)
        if reading.torch:
            (layer,), _ = of_torch([called], shape)
        else:
            layer, _, _ = of_keras([called], shape)
        layer.out_shape(shape)
    except (SpecError, TypeError, ValueError):
        reading.lose(op.line, say("{name}", name=name))
        return []
    return [layer]


_UNHEARD = ("name", "dtype", "device", "input_shape", "trainable")
"""Arguments that do not change a layer."""


def _call(of: Made, name: str, role: str, torch: bool) -> Call:
    """Return what was called as a value. Raises TypeError for an unknown argument."""
    if role:  # the function and the layer have different names
        api = ours.BY_ROLE[role].TORCH[0] if torch else ours.BY_ROLE[role].KERAS
        full = api.name
    else:
        full = name if name in SOURCES else f"{'nn' if torch else 'layers'}.{name}"
    call = Call(full, tuple(map(_value, of.args)), {n: _value(v) for n, v in of.kwargs.items() if n not in _UNHEARD})
    call.arguments()
    return call


def _value(value: object) -> object:
    if isinstance(value, Made):
        return Call(value.path, tuple(map(_value, value.args)), {n: _value(v) for n, v in value.kwargs.items()})
    return value


def _activation(name: object, op: Op, reading: GraphReading, alone: bool = False) -> list:
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


def _convolution(op: Op, before: Tensor, reading: GraphReading) -> list:
    s = op.settings
    kernel = pair(s.get("kernel"))
    if kernel is None or (op.kind != "Depthwise" and not isinstance(s.get("filters"), int)):
        reading.lose(op.line, say("the size of a convolution"))
        return []
    fields = {
        "kernel_size": kernel, "strides": pair(s.get("strides")) or (1, 1), "dilation_rate": pair(s.get("dilation", 1)) or (1, 1),
        "use_bias": s.get("bias") is not False, "padding": "same",
    }  # fmt: skip
    multiplier = s.get("multiplier") if isinstance(s.get("multiplier"), int) else 1
    if op.kind == "Depthwise":
        layer = made(op.kind, **_square(fields), depth_multiplier=multiplier)
    elif op.kind == "Separable":
        layer = made(op.kind, s["filters"], **_square(fields), depth_multiplier=multiplier)
    else:
        groups = s.get("groups")
        layer = made("Convolution", s["filters"], groups=groups if isinstance(groups, int) else 1, **fields)
    padding = _padding(s.get("padding"), layer, before.shape, op, reading)
    return [replace(layer, padding=padding), *_activation(s.get("activation"), op, reading)]


def _square(fields: dict) -> dict:
    """Return the settings with strides as one number, the only form that some layers take."""
    return fields | {"strides": one_or_two(fields["strides"])}


def _padding(padding: object, same: ours.Sliding, shape: tuple | None, op: Op, reading: GraphReading) -> str:
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


def _image(shape: tuple | None, reading: GraphReading) -> tuple | None:
    """Return an image's (height, width, channels) in our order, None where it is unknown."""
    if shape is None or len(shape) != 3 or None in shape:
        return None
    return (*shape[1:], shape[0]) if reading.torch else tuple(shape)


def _pool(op: Op, before: Tensor, reading: GraphReading) -> list:
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


def _adaptive(op: Op, before: Tensor, reading: GraphReading) -> list:
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


def _tidy(layers: list, reading: GraphReading) -> list:
    """Return the row with activations inside the layers before them, padding joined, flattened once."""
    row: list = []
    flat = False
    pending: tuple | None = None
    for item in _moved(layers, reading):
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
        if pending is not None:
            zeros, item = _with_padding(item, pending, reading)
            row, pending = [*row, *zeros], None
        if item.role == "Function" and item.name == "linear":
            continue
        if reading.torch and row and (both := _separable(row[-1], item)) is not None:
            row[-1] = both
            continue
        row.append(item)
    if pending is not None:
        row += _zeros(pending, reading)
    return row


def _moved(layers: list, reading: GraphReading) -> list:
    """Return the row with layers in place of views and permutations of an image."""
    row: list = []
    run: list[Tensor] = []
    for item in [*layers, None]:
        if isinstance(item, tuple) and item[0] == "move":
            run.append(item[1])
            continue
        # What a model begins with is its input brought into shape, and what flattening follows is the order it flattens in.
        if run and not (getattr(item, "role", "") == "Flat" and _other_order(run, reading)):
            found_here = _moves(run, reading)
            row += found_here if run[0].inputs[0].inputs else [layer for layer in found_here if layer.role == "Shuffle"]
        run = []
        row += [item] if item is not None else []
    return row


def _other_order(run: list[Tensor], reading: GraphReading) -> bool:
    """Return whether what flattens behind it goes in the other framework's order, which a model does not say."""
    dims = run[0].op.settings.get("dims")
    return len(run) == 1 and dims is not None and tuple(dims) == ((0, 2, 3, 1) if reading.torch else (3, 1, 2))


def _moves(run: list[Tensor], reading: GraphReading) -> list:
    """Return the layers for a row of moves: as many moves as possible at once, again and again."""
    layers_out, start = [], 0
    while start < len(run):
        for end in range(len(run), start, -1):
            layers = moves.layers_of(run[start:end], reading.torch)
            if layers is not None:
                layers_out += layers
                break
        start = end
    return layers_out


def _separable(first: object, second: object) -> object | None:
    """Return the separable convolution that a depthwise one and a 1×1 one are together: PyTorch has no layer for it."""
    if (first.role, second.role) != ("Depthwise", "Convolution"):
        return None
    names = ("kernel_size", "strides", "padding", "depth_multiplier", "dilation_rate")
    one = made("Separable", second.filters, **{name: getattr(first, name) for name in names}, use_bias=second.use_bias)
    return one if one.steps == (first, second) else None


def _with_padding(layer: object, pad: tuple, reading: GraphReading) -> tuple[list, object]:
    """Return what stands for a padding before a layer: nothing where it is the layer's own then, else a layer of zeros."""
    image = _image(pad[4], reading)
    if isinstance(layer, ours.Sliding) and layer.padding == "valid" and pad[1] is not None and image is not None:
        same = replace(layer, padding="same")
        if any(pad[1]) and same.pads(image) == pad[1]:
            return [], same
    if isinstance(layer, ours.Sliding) and pad[2] != 0 and layer.padding == "valid":  # not zeros: what never wins a maximum
        reading.assume(pad[3], say("Padding “same” stands for a layer of zeros around the image."))
        return [], replace(layer, padding="same")
    return _zeros(pad, reading), layer


def _zeros(pad: tuple, reading: GraphReading) -> list:
    """Return the layer that puts zeros around an image, if that is what the padding does."""
    if pad[1] is None or min(pad[1]) < 0 or pad[2] != 0:
        reading.lose(pad[3], say("padding"))
        return []
    left, right, top, bottom = pad[1]
    return [made("Pad", top, bottom, left, right)] if any(pad[1]) else []


def folded(layers: tuple, deep: int = 0) -> tuple:
    """Return the row with each activation as the setting of the layer before it, where that is a weighted layer without one."""
    row: list = []
    for item in layers:
        if isinstance(item, Residual) and deep < 8:
            item = Residual(folded(item.layers, deep + 1), folded(item.shortcut, deep + 1))
        elif isinstance(item, Multiply) and deep < 8:
            item = Multiply(folded(item.layers, deep + 1), folded(item.shortcut, deep + 1))
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
