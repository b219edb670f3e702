"""Converting calls back to layers: the meaning of a student's source, once it is parsed into calls.

Each layer's own tables (`clsf.model.apis`) are read backwards. PyTorch's calls depend on the input shape, so a layer
proposes what a call may mean, and the proposal is kept whose own steps are exactly these calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from clsf.calls import REQUIRED, Call, Signature
from clsf.errors import SpecError
from clsf.model.apis import one_number, refused
from clsf.model.layers import PLAIN, Activation, Layer, ZeroPadding2D
from clsf.model.layers.activations import FUNCTIONS, KERAS_LAYERS
from clsf.model.shapes import Shape

BY_KERAS: dict[str, type[Layer]] = {name: kind for kind in PLAIN.values() for name in kind.KERAS.names}
BY_KERAS |= {call.name: Activation for _, call in KERAS_LAYERS}
"""Name of a Keras layer, other names included -> the class of the layer."""

BY_TORCH: dict[str, list[type[Layer]]] = {}
"""Name of a PyTorch module -> the classes of the layers that it may mean, most likely first."""
for _kind in PLAIN.values():
    for _api in _kind.TORCH:
        BY_TORCH.setdefault(_api.name, []).append(_kind)
for _function in FUNCTIONS.values():
    if _function.module is not None:
        BY_TORCH.setdefault(_function.module.name, [Activation])
BY_TORCH["nn.Identity"] = [Activation]

_SIGNATURES = {api.name: api.signature for kind in PLAIN.values() for api in kind.TORCH} | {
    name: Signature(name, parameters)
    for name, parameters in {
        "nn.ReLU": {"inplace": False},
        "nn.LeakyReLU": {"negative_slope": 0.01, "inplace": False},
        "nn.ReLU6": {"inplace": False},
        "nn.SiLU": {"inplace": False},
        "nn.Hardswish": {"inplace": False},
        "nn.ELU": {"alpha": 1.0, "inplace": False},
        "nn.SELU": {"inplace": False},
        "nn.Softplus": {"beta": 1.0, "threshold": 20.0},
        "nn.GELU": {"approximate": "none"},
        "nn.Softmax": {"dim": None},
        "nn.ZeroPad2d": {"padding": REQUIRED},
        "nn.ConstantPad2d": {"padding": REQUIRED, "value": REQUIRED},
    }.items()
}
_WITHOUT_MEANING = {"inplace": (True, False), "padding_mode": ("zeros",)}
"""Arguments of PyTorch's modules that do not change the layer, with the values for which this holds."""

BEFORE = ("nn.ZeroPad2d", "nn.ConstantPad2d")
"""Modules that a layer's steps may begin with, before the one by which it is recognised."""


def of_keras(calls: Sequence[Call], shape: Shape | None = None) -> tuple[Layer, dict[str, Any], int]:
    """Return the layer of the first call, the arguments that it has no field for, and how many calls it took.

    Names begin with "layers.". Raises SpecError if no layer matches, or if an argument is wrong;
    with the input shape `shape`, also if the call would mean something else on it.
    """
    call = calls[0]
    for kind in PLAIN.values():
        together = kind.of_keras_row(calls)
        if together is not None:
            return together[0], {}, together[1]
    if call.name not in BY_KERAS:
        raise refused(str(call))
    layer, others = BY_KERAS[call.name].of_keras(call)
    if shape is not None and type(layer).keras_on is not Layer.keras_on:
        wanted, given = (
            layer.KERAS.signature.bound(one.but(kwargs=_fields(layer, one))) for one in (layer.keras_on(shape)[0].call, call)
        )
        if any(one_number(value) != one_number(given[name]) for name, value in wanted.items() if not isinstance(value, str)):
            raise refused(str(call))
    return layer, others, 1


def _fields(layer: Layer, call: Call) -> dict[str, Any]:
    return {name: value for name, value in call.kwargs.items() if name in layer.KERAS.signature.parameters}


def of_torch(calls: Sequence[Call], shape: Shape) -> tuple[tuple[Layer, ...], int]:
    """Return the layers that the first calls mean for the input shape `shape`, and how many calls they took.

    It is one layer, or two for a convolution whose padding is neither none nor "same": zeros around, and no padding then.
    Names begin with "nn.". Raises SpecError if no layer here does just that.
    """
    given = [_normal(call, shape) for call in calls[:4]]
    for main in (1, 0) if len(calls) > 1 and calls[0].name in BEFORE else (0,):
        # A layer of several modules before those that one of its modules would be by itself.
        for kind in sorted(BY_TORCH.get(calls[main].name, ()), key=lambda kind: not kind.HELD):
            try:
                candidates = kind.of_torch_row([_plain(call) for call in calls[main : main + 4]], shape)
            except (SpecError, TypeError):
                continue
            for layer in candidates:
                count = _taken(layer, given, shape)
                if count:
                    return (layer,), count
    if calls[0].name == "nn.Conv2d" and "pads" in given[0][1]:
        zeros = ZeroPadding2D(*(given[0][1]["pads"][n] for n in (2, 3, 0, 1)))
        bare = calls[0].but(kwargs=dict(calls[0].kwargs) | {"padding": 0})
        if zeros != ZeroPadding2D(0, 0, 0, 0) and len(calls[0].args) <= list(_SIGNATURES["nn.Conv2d"].parameters).index(
            "padding"
        ):
            layers, count = of_torch([bare, *calls[1:]], zeros.out_shape(shape))
            return (zeros, *layers), count
    raise refused(", ".join(map(str, calls[:1])))


def _taken(layer: Layer, given: list[tuple], shape: Shape) -> int:
    """Return how many of the calls are exactly the layer's steps, 0 if they are not."""
    try:
        wanted = _flat([_normal(step.call, shape) for step in layer.torch(shape)])
    except SpecError:
        return 0
    return next((count for count in range(1, len(given) + 1) if _flat(given[:count]) == wanted), 0)


def fused(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers with each activation that follows a layer with a field for it put into that field."""
    joined: list[Layer] = []
    for layer in layers:
        before = joined[-1] if joined else None
        if isinstance(layer, Activation) and getattr(before, "activation", "") == "linear":
            joined[-1] = replace(before, activation=layer.name)
        else:
            joined.append(layer)
    return joined


def _plain(call: Call) -> Call:
    return call.but(kwargs={name: value for name, value in call.kwargs.items() if value not in _WITHOUT_MEANING.get(name, ())})


def _normal(call: Call, shape: Shape) -> tuple:
    """Return a call as (name, arguments): none left out, whichever way given, paddings as numbers, equal pairs as one number."""
    call = _plain(call)
    if call.name not in _SIGNATURES:
        return call.name, {"": call.arguments()} if call.args or call.kwargs else {}
    try:
        values = _SIGNATURES[call.name].bound(call)
    except SpecError:
        return call.name, {"": str(call)}
    sides = values.get("normalized_shape")  # of an image it may be three equal numbers
    values = {name: one_number(value) for name, value in values.items()}
    if isinstance(sides, list | tuple) and len(sides) > 1:
        values["normalized_shape"] = tuple(sides)
    values.pop("inplace", None)
    if call.name == "nn.ZeroPad2d" and isinstance(values["padding"], int):
        values["padding"] = (values["padding"],) * 4
    if call.name in ("nn.MaxPool2d", "nn.AvgPool2d") and values["stride"] is None:
        values["stride"] = values["kernel_size"]
    if call.name == "nn.Conv2d":
        values["pads"] = _pads(values)
        del values["padding"]
    return call.name, values


def _pads(values: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return (left, right, top, bottom) of a convolution's `padding`."""
    padding = values["padding"]
    if padding == "same":
        (top, bottom), (left, right) = (
            (total // 2, total - total // 2)
            for total in (d * (k - 1) for d, k in zip(_pair(values["dilation"]), _pair(values["kernel_size"]), strict=True))
        )
        return left, right, top, bottom
    high, wide = _pair(0 if padding == "valid" else padding)
    return wide, wide, high, high


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _flat(calls: list[tuple]) -> list[tuple]:
    """Return the calls with a padding by zeros put into the convolution behind it, where it makes no difference."""
    rows: list[tuple] = []
    for name, values in calls:
        if name == "nn.Conv2d" and rows and rows[-1][0] == "nn.ZeroPad2d":
            pads = rows.pop()[1]["padding"]
            values = values | {"pads": tuple(a + b for a, b in zip(pads, values["pads"], strict=True))}
        rows.append((name, values))
    return rows
