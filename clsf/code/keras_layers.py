"""The calls that stand for a plain layer in Keras, with the arguments that depend on the plan and the place in the model."""

from __future__ import annotations

from dataclasses import replace

from clsf.calls import Call, Name
from clsf.code import notes
from clsf.model.apis import ApiStep
from clsf.model.layers import Layer, keras_name
from clsf.model.shapes import Shape
from clsf.plan import Plan


def keras_steps(
    layer: Layer, shape: Shape, plan: Plan | None, *, objects: bool = False, last: bool = False, turned: bool = False
) -> list[ApiStep]:
    """Return the steps for one plain layer that receives `shape`. `objects`: activations as functions; `last`: it makes the model's output.

    `turned`: what flattens and must go channel by channel, as PyTorch's does.
    """
    first, *others = layer.keras_on(shape)
    if turned:
        turn = Call(f"layers.{keras_name('Axes')}", ((3, 1, 2),), note=notes.channels_first_order())
        return [ApiStep(turn, "keras.ops.transpose({x}, (0, 3, 1, 2))", turn.note, "_turned"), first]
    call = first.call
    if layer.role == "Function" and call.args:
        (name,) = call.args
        note = notes.softmax_first() if last and name == "softmax" else None
        call = call.but(args=(_function(name, objects),), note=note)
        return [replace(first, call=call, function_note=note)]
    if last and getattr(layer, "activation", "") == "linear":
        call = call.but(note=notes.logits())
    if "activation" in call.kwargs:
        name = call.kwargs["activation"]
        note = notes.activation_object() if objects else notes.activation_string()
        note = notes.softmax_first() if last and name == "softmax" else note
        call = call.but(kwargs=dict(call.kwargs) | {"activation": _function(name, objects)}, note=note)
    call = call.but(kwargs=dict(call.kwargs) | _regularizers(layer, plan))
    return [replace(first, call=call), *others]


def _function(name: str, objects: bool) -> str | Name:
    return Name(f"keras.activations.{name}") if objects else name


def _regularizers(layer: Layer, plan: Plan | None) -> dict[str, Call]:
    """Return the arguments that add the plan's penalty on the kernels to the loss, if there is one."""
    factors = {} if plan is None else {"l1": plan.l1, "l2": 0.0 if plan.does("weight-decay-style") else plan.l2}
    given = {name: value for name, value in factors.items() if value}
    if not given:
        return {}
    both = len(given) == 2
    penalty = Call(f"keras.regularizers.{''.join(given).upper()}", () if both else tuple(given.values()), given if both else {})
    return {f"{kernel.removesuffix('_kernel')}_regularizer": penalty for kernel in layer.KERNELS}
