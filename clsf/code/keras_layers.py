"""What stands for a plain layer in Keras: one call, or two where an activation needs its own."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.calls import quoted
from clsf.code import notes
from clsf.model import layers
from clsf.model.layers import LEAKY_SLOPE
from clsf.plan import Plan
from clsf.words import Sentence


@dataclass(frozen=True)
class Call:
    """One call that makes a layer: `layers.Conv2D(6, kernel_size=5)`."""

    head: str
    arguments: tuple[str, ...] = ()
    note: Sentence | None = None
    suffix: str = ""  # of the layer's name, where one layer becomes two calls
    weights: bool = False
    training: bool = False  # behaves otherwise while training


def keras_calls(
    layer: object, plan: Plan | None, *, objects: bool = False, last: bool = False, turned: bool = False
) -> list[Call]:
    """Return the calls for one plain layer. `objects`: activations as functions; `last`: it makes the model's output.

    `turned`: a Flatten that must go channel by channel, as PyTorch's does.
    """
    match layer:
        case layers.Conv2D():
            head, arguments = "layers.Conv2D", [repr(layer.filters), f"kernel_size={layer.kernel_size}"]
        case layers.DepthwiseConv2D():
            head, arguments = "layers.DepthwiseConv2D", [f"kernel_size={layer.kernel_size}"]
            if layer.depth_multiplier != 1:
                arguments.append(f"depth_multiplier={layer.depth_multiplier}")
        case layers.Dense():
            head, arguments = "layers.Dense", [repr(layer.units)]
        case layers.Flatten() if turned:
            turn = Call("layers.Permute", ("(3, 1, 2)",), notes.channels_first_order(), "_turned")
            return [turn, _without_weights(layer, objects, last)]
        case _:
            return [_without_weights(layer, objects, last)]
    if not isinstance(layer, layers.Dense):
        arguments += _sliding(layer.strides, layer.padding, layer.dilation_rate)
    note = notes.logits() if last and layer.activation == "linear" else None
    after: list[Call] = []
    if layer.activation == "leaky_relu":
        after = [_leaky("_act")]
    elif layer.activation != "linear":
        arguments.append(f"activation={_activation(layer.activation, objects)}")
        note = notes.activation_object() if objects else notes.activation_string()
        if last and layer.activation == "softmax":
            note = notes.softmax_first()
    if not layer.use_bias:
        arguments.append("use_bias=False")
    arguments += _regularizer(layer, plan)
    return [Call(head, tuple(arguments), note, weights=True), *after]


def _without_weights(layer: object, objects: bool, last: bool) -> Call:
    match layer:
        case layers.MaxPool2D() | layers.AveragePool2D():
            head = "layers.MaxPooling2D" if isinstance(layer, layers.MaxPool2D) else "layers.AveragePooling2D"
            arguments = [f"pool_size={layer.pool_size}"]
            if layer.strides not in (None, layer.pool_size):  # left out, it is pool_size
                arguments.append(f"strides={layer.strides}")
            same = layer.padding == "same"
            return Call(head, (*arguments, *(['padding="same"'] if same else [])), notes.keras_pool_same() if same else None)
        case layers.GlobalAveragePool2D():
            return Call("layers.GlobalAveragePooling2D")
        case layers.Flatten():
            return Call("layers.Flatten", (), notes.keras_flatten())
        case layers.Dropout():
            return Call("layers.Dropout", (repr(layer.rate),), training=True)
        case layers.BatchNorm():
            given = [f"{name}={getattr(layer, name)!r}" for name, usual in _USUAL_NORM.items() if getattr(layer, name) != usual]
            return Call("layers.BatchNormalization", tuple(given), weights=True, training=True)
        case layers.Activation("leaky_relu"):
            return _leaky()
        case layers.Activation():
            note = notes.softmax_first() if last and layer.name == "softmax" else None
            return Call("layers.Activation", (_activation(layer.name, objects),), note)
    raise TypeError(f"no Keras layer stands for {type(layer).__name__}")


_USUAL_NORM = {"momentum": 0.99, "epsilon": 1e-3}  # Keras' defaults need not be said


def _leaky(suffix: str = "") -> Call:
    slope = repr(LEAKY_SLOPE)
    return Call("layers.LeakyReLU", (f"negative_slope={slope}",), notes.keras_leaky(slope), suffix)


def _activation(name: str, objects: bool) -> str:
    return f"keras.activations.{name}" if objects else quoted(name)


def _sliding(strides: int, padding: str, dilation_rate: int) -> list[str]:
    found = [f"strides={strides}"] if strides != 1 else []
    found += ['padding="same"'] if padding == "same" else []
    return found + ([f"dilation_rate={dilation_rate}"] if dilation_rate != 1 else [])


def _regularizer(layer: object, plan: Plan | None) -> list[str]:
    """Return the argument that adds the plan's penalty on the kernels to the loss, if there is one."""
    found = {} if plan is None else {"l1": plan.l1, "l2": 0.0 if plan.does("weight-decay-style") else plan.l2}
    given = {name: value for name, value in found.items() if value}
    if not given:
        return []
    name = "depthwise_regularizer" if isinstance(layer, layers.DepthwiseConv2D) else "kernel_regularizer"
    both = len(given) == 2
    values = ", ".join(f"{key}={value!r}" if both else repr(value) for key, value in given.items())
    return [f"{name}=keras.regularizers.{''.join(given).upper()}({values})"]
