"""What can be changed of a layer: its fields, each with what it takes; and what a new layer is like where it is put."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clsf import checks
from clsf.errors import SpecError
from clsf.model.branches import Parallel, Residual
from clsf.model.layers import (
    ACTIVATIONS,
    MAX_WIDTH,
    MAX_WINDOW,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    MaxPool2D,
)
from clsf.model.shapes import Shape
from clsf.model.spec import KINDS, Layer
from clsf.words import say


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a layer: a whole number, a number, one of a few words, or yes and no."""

    name: str
    takes: Literal["whole", "number", "choice", "flag"]
    low: float = 0
    high: float = 1
    choices: tuple[str, ...] = ()
    optional: bool = False  # may be left empty, None


_WINDOW = {"takes": "whole", "low": 1, "high": MAX_WINDOW}
_STRIDES = Field("strides", **_WINDOW)
_PADDING = Field("padding", "choice", choices=("valid", "same"))
_DILATION = Field("dilation_rate", **_WINDOW)
_ACTIVATION = Field("activation", "choice", choices=ACTIVATIONS)
_BIAS = Field("use_bias", "flag")
_KERNEL = Field("kernel_size", **_WINDOW)
_POOL = (Field("pool_size", **_WINDOW), Field("strides", **_WINDOW, optional=True), _PADDING)

FIELDS: dict[str, tuple[Field, ...]] = {
    "Conv2D": (Field("filters", "whole", 1, MAX_WIDTH), _KERNEL, _STRIDES, _PADDING, _DILATION, _ACTIVATION, _BIAS),
    "DepthwiseConv2D": (_KERNEL, _STRIDES, _PADDING, Field("depth_multiplier", "whole", 1, 64), _DILATION, _ACTIVATION, _BIAS),
    "MaxPool2D": _POOL,
    "AveragePool2D": _POOL,
    "GlobalAveragePool2D": (),
    "Dense": (Field("units", "whole", 1, MAX_WIDTH), _ACTIVATION, _BIAS),
    "Flatten": (),
    "Dropout": (Field("rate", "number", 0, 0.99),),
    "BatchNorm": (Field("momentum", "number", 0, 0.9999), Field("epsilon", "number", 0, 1)),
    "Activation": (Field("name", "choice", choices=ACTIVATIONS),),
    "Residual": (),
    "Parallel": (),
}


def whole_numbers(kind: str, values: dict[str, object]) -> dict[str, object]:
    """Return the values with 3.0 as 3 where a field takes whole numbers: a browser has but one kind of number."""
    whole = {field.name for field in FIELDS[kind] if field.takes == "whole"}
    return {
        name: int(value) if name in whole and isinstance(value, float) and value.is_integer() else value
        for name, value in values.items()
    }


def fresh(kind: object, shape: Shape | None) -> Layer:
    """Return a new layer, of a size that is usual, made to fit on `shape` if that is known. Raises SpecError for an unknown kind."""
    checks.known(SpecError, say("layer kind"), kind, KINDS)
    flat = shape is not None and len(shape) == 1
    channels = min(shape[-1], 256) if shape else 32
    side = min(shape[:2]) if shape and not flat else 28
    match kind:
        case "Conv2D":
            return Conv2D(32, 3, padding="valid" if side >= 3 else "same", activation="relu")
        case "DepthwiseConv2D":
            return DepthwiseConv2D(3, padding="same", activation="relu")
        case "MaxPool2D":
            return MaxPool2D(2, padding="valid" if side >= 2 else "same")
        case "AveragePool2D":
            return AveragePool2D(2, padding="valid" if side >= 2 else "same")
        case "GlobalAveragePool2D":
            return GlobalAveragePool2D()
        case "Dense":
            return Dense(64, "relu")
        case "Flatten":
            return Flatten()
        case "Dropout":
            return Dropout(0.25)
        case "BatchNorm":
            return BatchNorm()
        case "Activation":
            return Activation("relu")
        case "Residual":
            if flat:
                return Residual((Dense(shape[0], "relu"),))
            return Residual((Conv2D(channels, 3, padding="same", activation="relu"), Conv2D(channels, 3, padding="same")))
    half = max(channels // 2, 1)
    return Parallel(
        (
            (Conv2D(half, 1, activation="relu"),),
            (Conv2D(half, 1, activation="relu"), Conv2D(channels, 3, padding="same", activation="relu")),
        )
    )
