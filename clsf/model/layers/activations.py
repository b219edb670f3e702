"""Functions that are applied to every number: what each is called in both frameworks, and the layer that is only that.

A function is a row of `FUNCTIONS`; the menus, the source in every style, the reader and the stock models take it from there. The aligned rule of
one that the frameworks compute differently stands in `clsf.backends.<framework>.layers`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from clsf.calls import REQUIRED, Call, Name
from clsf.model.apis import Api, Step, arg, refused
from clsf.model.fields import Choice
from clsf.model.layers import notes
from clsf.model.layers.base import Layer, Look
from clsf.model.shapes import Shape
from clsf.words import Sentence, say

LEAKY_SLOPE = 0.01
"""Slope of leaky_relu below zero (Maas et al. 2013). Keras' function has 0.2 and its layer 0.3; torch has 0.01: we say it."""


@dataclass(frozen=True, slots=True)
class Function:
    """An activation function: its module in PyTorch and an expression of {x}; its layer in Keras, if the name alone does not say it."""

    module: Call | None
    expression: str
    layer: Call | None = None  # in Keras, where the name means another function
    inside: str = ""  # the same in a subclass's `call`
    also: tuple[str, ...] = ()  # other names by which Keras or PyTorch knows it
    note: Sentence | None = field(default=None, compare=False)  # beside Keras' layer


FUNCTIONS: dict[str, Function] = {
    "linear": Function(None, "{x}", also=("Identity",)),
    "relu": Function(Call("nn.ReLU"), "F.relu({x})"),
    "leaky_relu": Function(
        Call("nn.LeakyReLU", (LEAKY_SLOPE,)), f"F.leaky_relu({{x}}, {LEAKY_SLOPE!r})",
        Call("layers.LeakyReLU", (), {"negative_slope": LEAKY_SLOPE}),
        f"keras.activations.leaky_relu({{x}}, negative_slope={LEAKY_SLOPE!r})", note=notes.keras_leaky(repr(LEAKY_SLOPE)),
    ),
    "sigmoid": Function(Call("nn.Sigmoid"), "torch.sigmoid({x})"),
    "tanh": Function(Call("nn.Tanh"), "torch.tanh({x})"),
    "gelu": Function(Call("nn.GELU"), "F.gelu({x})"),
    "relu6": Function(Call("nn.ReLU6"), "F.relu6({x})"),
    "silu": Function(Call("nn.SiLU"), "F.silu({x})", also=("swish",)),
    "hard_swish": Function(Call("nn.Hardswish"), "F.hardswish({x})", also=("hard_silu", "hardswish")),
    "elu": Function(Call("nn.ELU"), "F.elu({x})"),
    "selu": Function(Call("nn.SELU"), "F.selu({x})"),
    "softplus": Function(Call("nn.Softplus"), "F.softplus({x})"),
    "softmax": Function(Call("nn.Softmax", (), {"dim": 1}), "F.softmax({x}, dim=1)"),
}  # fmt: skip

KERAS_LAYERS: tuple[tuple[str, Call], ...] = (
    ("relu", Call("layers.ReLU")),
    ("relu6", Call("layers.ReLU", (), {"max_value": 6})),
    ("elu", Call("layers.ELU")),
    ("softmax", Call("layers.Softmax")),
    *((name, function.layer) for name, function in FUNCTIONS.items() if function.layer),
)
"""Keras' layers that are nothing but a function, which the reader of source meets."""

ACTIVATIONS: tuple[str, ...] = tuple(FUNCTIONS)

ActivationName = Annotated[
    str, Choice(ACTIVATIONS, "activation"), say("The function applied to every number afterwards; linear: none.")
]


def own_layer(name: str) -> bool:
    """Whether Keras needs a layer of its own for this function: its name alone would mean another one."""
    return FUNCTIONS[name].layer is not None


def argument(name: str) -> str | None:
    """Return what Keras' argument `activation` is for this function."""
    return None if name == "linear" or own_layer(name) else name


def named(value: object) -> str:
    """Return the name of the function that Keras' argument `activation` means. Raises ValueError if there is none here."""
    if value is None:
        return "linear"
    name = str(value).rsplit(".", 1)[-1] if isinstance(value, str | Name) else ""
    for known, function in FUNCTIONS.items():
        if function.layer is None and name in (known, *function.also):
            return known
    raise ValueError(name)


def keras_after(name: str) -> tuple[Step, ...]:
    """Return the step behind a layer whose argument can't say this function, if it can't."""
    return (_keras_layer(name, "_act"),) if own_layer(name) else ()


def torch_steps(name: str, suffix: str = "_act") -> tuple[Step, ...]:
    """Return the steps that apply the function in PyTorch: none for the linear one."""
    function = FUNCTIONS[name]
    if function.module is None:
        return ()
    note = notes.torch_softmax() if name == "softmax" else notes.torch_activation()
    return (Step(function.module.but(note=note), function.expression, note, suffix),)


def _keras_layer(name: str, suffix: str) -> Step:
    function = FUNCTIONS[name]
    return Step(function.layer.but(note=function.note), function.inside, function.note, suffix)


@dataclass(frozen=True, slots=True)
class Activation(Layer):
    """Apply one function to every value (softmax: over the last axis). gelu is the exact one, with erf."""

    role: ClassVar = "Function"
    LOOK: ClassVar = Look(say("Applies a non-linear function to every value; without one, stacked layers equal one."), "show_chart", "bending", "act")  # fmt: skip
    KERAS: ClassVar = Api("layers.Activation", arg("activation", REQUIRED, "name", back=named, place=True))
    elementwise: ClassVar = True

    name: ActivationName = "relu"

    @property
    def function(self) -> str:
        return self.name

    @property
    def linear(self) -> bool:
        return self.name == "linear"

    def keras(self) -> tuple[Step, ...]:
        if own_layer(self.name):
            return (_keras_layer(self.name, ""),)
        return (Step(Call("layers.Activation", (self.name,)), f"keras.activations.{self.name}({{x}})"),)

    def torch(self, shape: Shape) -> tuple[Step, ...]:
        return torch_steps(self.name, "") or (Step(Call("nn.Identity"), "{x}"),)

    @classmethod
    def of_keras(cls, call: Call) -> tuple[Layer, dict[str, Any]]:
        if call.name == cls.KERAS.name:
            found, others = cls.KERAS.read(call)
            return cls(**found), others
        # The likeliest says most of the arguments: ReLU(max_value=6) before ReLU().
        for name, own in sorted(KERAS_LAYERS, key=lambda one: -len(one[1].kwargs)):
            given = dict(zip(own.kwargs, call.args, strict=False)) | call.kwargs
            if own.name == call.name and len(call.args) <= len(own.kwargs) and own.kwargs.items() <= given.items():
                return cls(name), {key: value for key, value in given.items() if key not in own.kwargs}
        raise refused(str(call))

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(name) for name in FUNCTIONS]
