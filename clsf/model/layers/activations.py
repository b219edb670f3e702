"""Activation functions: their names in both frameworks, and the layer that only applies one.

A function is a row of `FUNCTIONS`; the menus, the source in every style, the reader and the stock models use it. The aligned
rule of a function that the frameworks compute differently is in `clsf.backends.<framework>.layers`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from clsf.calls import REQUIRED, Call, Name
from clsf.model.apis import Api, ApiStep, arg, refused
from clsf.model.fields import Choice, Share
from clsf.model.layers import notes
from clsf.model.layers.base import Layer, Look
from clsf.model.shapes import Shape, Weight
from clsf.words import Sentence, say, say_n

LEAKY_SLOPE = 0.01
"""Slope of leaky_relu below zero (Maas et al. 2013). Keras' function has 0.2, its layer 0.3; torch has 0.01: we set it."""


@dataclass(frozen=True, slots=True)
class Function:
    """An activation function: its module in PyTorch and an expression of {x}; its layer in Keras, if its name is not enough."""

    module: Call | None
    expression: str
    layer: Call | None = None  # in Keras, where the name means another function
    inside: str = ""  # the same in a subclass's `call`
    also: tuple[str, ...] = ()  # other names by which Keras or PyTorch knows it
    note: Sentence | None = field(default=None, compare=False)  # note for Keras' layer


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
"""Keras' layers that only apply a function, as the source reader finds them."""

ACTIVATIONS: tuple[str, ...] = tuple(FUNCTIONS)

ActivationName = Annotated[
    str, Choice(ACTIVATIONS, "activation"), say("The function applied to every number afterwards; linear: none.")
]


def own_layer(name: str) -> bool:
    """Whether Keras needs a layer of its own for this function: its name alone would mean another one."""
    return FUNCTIONS[name].layer is not None


def argument(name: str) -> str | None:
    """Return the value of Keras' argument `activation` for this function."""
    return None if name == "linear" or own_layer(name) else name


def named(value: object) -> str:
    """Return the name of the function given by Keras' argument `activation`. Raises ValueError for an unknown one."""
    if value is None:
        return "linear"
    name = str(value).rsplit(".", 1)[-1] if isinstance(value, str | Name) else ""
    for known, function in FUNCTIONS.items():
        if function.layer is None and name in (known, *function.also):
            return known
    raise ValueError(name)


def keras_after(name: str) -> tuple[ApiStep, ...]:
    """Return the extra step after a layer whose `activation` argument can't express this function."""
    return (_keras_layer(name, "_act"),) if own_layer(name) else ()


def torch_steps(name: str, suffix: str = "_act") -> tuple[ApiStep, ...]:
    """Return the steps that apply the function in PyTorch: none for the linear one."""
    function = FUNCTIONS[name]
    if function.module is None:
        return ()
    note = notes.torch_softmax() if name == "softmax" else notes.torch_activation()
    return (ApiStep(function.module.but(note=note), function.expression, note, suffix),)


def _keras_layer(name: str, suffix: str) -> ApiStep:
    function = FUNCTIONS[name]
    return ApiStep(function.layer.but(note=function.note), function.inside, function.note, suffix)


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

    def keras(self) -> tuple[ApiStep, ...]:
        if own_layer(self.name):
            return (_keras_layer(self.name, ""),)
        return (ApiStep(Call("layers.Activation", (self.name,)), f"keras.activations.{self.name}({{x}})"),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        return torch_steps(self.name, "") or (ApiStep(Call("nn.Identity"), "{x}"),)

    @classmethod
    def of_keras(cls, call: Call) -> tuple[Layer, dict[str, Any]]:
        if call.name == cls.KERAS.name:
            fields, others = cls.KERAS.read(call)
            return cls(**fields), others
        # The most likely one covers most of the arguments: ReLU(max_value=6) before ReLU().
        for name, own in sorted(KERAS_LAYERS, key=lambda one: -len(one[1].kwargs)):
            given = dict(zip(own.kwargs, call.args, strict=False)) | call.kwargs
            if own.name == call.name and len(call.args) <= len(own.kwargs) and own.kwargs.items() <= given.items():
                return cls(name), {key: value for key, value in given.items() if key not in own.kwargs}
        raise refused(str(call))

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        return [cls(name) for name in FUNCTIONS]


def _start(alpha: float) -> str | Call:
    return "zeros" if alpha == 0 else Call("keras.initializers.Constant", (alpha,))


def _started(value: object) -> float:
    if isinstance(value, str) and value.lower() == "zeros":
        return 0.0
    if isinstance(value, Call) and value.name.endswith(".Constant"):
        return float((*value.args, *value.kwargs.values())[0])
    raise ValueError(value)


_SHARED = {"positions": (1, 2), "all": (1, 2, 3), "none": None}
"""How slopes are shared -> Keras' axes on an image."""


def _shares(value: object) -> str:
    if value == 1:  # the only axis of a vector
        return "all"
    words = {axes: word for word, axes in _SHARED.items()}
    if value not in words:
        raise ValueError(value)
    return words[value]


@dataclass(frozen=True, slots=True)
class PReLU(Layer):
    """Keep values above 0 and multiply those below by a learned slope.

    Learned: a slope per channel ("positions" share one), one for everything ("all": PyTorch's default), or one for each value
             ("none": Keras' default); of a vector, a slope per feature or one
    Rule:    at 0 the gradient is 0, as in Keras; in torch it is the slope there
    Source:  He et al. 2015, arXiv:1502.01852
    """

    role: ClassVar = "Slopes"
    LOOK: ClassVar = Look(say("Keeps values above 0; below, multiplies by a slope that is learned."), "trending_up", "bending", "act")  # fmt: skip
    KERAS: ClassVar = Api(
        "layers.PReLU", arg("alpha_initializer", "zeros", "alpha", to=_start, back=_started), arg("alpha_regularizer", None, None),
        arg("alpha_constraint", None, None), arg("shared_axes", None, back=_shares),
    )  # fmt: skip
    TORCH: ClassVar = (
        Api("nn.PReLU", arg("num_parameters", 1, None, place=True), arg("init", 0.25, "alpha", always=True)),
        Api("SlopePerValue", arg("shape", field=None, place=True), arg("init", 0.25, "alpha", always=True)),
    )
    elementwise: ClassVar = True

    shared_axes: Annotated[
        str, Choice(tuple(_SHARED)),
        say("What shares a slope. positions: the pixels of a channel. all: everything. none: nothing, each value has its own."),
    ] = "positions"  # fmt: skip
    alpha: Annotated[float, Share(say("the slope below 0 at the start")), say("The slope below 0 at the start.")] = 0.0

    @classmethod
    def fresh(cls, shape: Shape | None) -> Layer:
        return cls(alpha=0.25)

    def weights(self, shape: Shape) -> tuple[Weight, ...]:
        ones = (1,) * (len(shape) - 1)
        each = {"positions": (*ones, shape[-1]), "all": (*ones, 1), "none": shape}[self.shared_axes]
        return (Weight("alpha", each, start=self.alpha),)

    def counted(self, shape: Shape) -> Sentence:
        count = self.weights(shape)[0].size
        return say_n("{count} slope to learn.", "{count} slopes to learn.", count, count=f"{count:,}")

    def keras(self) -> tuple[ApiStep, ...]:
        return self.keras_on((1, 1, 1))

    def keras_on(self, shape: Shape) -> tuple[ApiStep, ...]:
        axes, note = _SHARED[self.shared_axes], notes.keras_slopes()
        if len(shape) == 1:
            axes, note = (1,) if self.shared_axes == "all" else None, None
        return (ApiStep(self.KERAS.call(self, note, shared_axes=axes), weights=True),)

    def torch(self, shape: Shape) -> tuple[ApiStep, ...]:
        (alpha,), (plain, each) = self.weights(shape), self.TORCH
        if alpha.size > shape[-1]:
            sides = (shape[2], *shape[:2])
            return (ApiStep(each.call(self, notes.torch_each_slope(), shape=sides), weights=True),)
        return (ApiStep(plain.call(self, notes.torch_slopes(), num_parameters=alpha.size), weights=True),)

    @classmethod
    def of_torch(cls, call: Call, shape: Shape) -> list[Layer]:
        api = next(api for api in cls.TORCH if api.name == call.name)
        return [cls(word, api.signature.bound(call)["init"]) for word in _SHARED]
