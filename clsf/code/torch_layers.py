"""The modules that stand for a plain layer in PyTorch, with the arguments that depend on the place in the model."""

from __future__ import annotations

from dataclasses import replace

from clsf.calls import Call
from clsf.code import notes
from clsf.model.apis import ApiStep
from clsf.model.layers import Layer
from clsf.model.layers.notes import in_features
from clsf.model.shapes import Shape
from clsf.words import Sentence


def torch_steps(
    layer: Layer, shape: Shape, *, flattened: Shape | None = None, turned: bool = False, last: bool = False
) -> list[ApiStep]:
    """Return the steps for one plain layer that receives `shape` (height, width, channels) or (features,).

    `flattened`: the shape that an earlier layer flattened to this vector, if its order is PyTorch's.
    `turned`: flattening layers that must keep Keras' order. `last`: it makes the model's output.
    """
    if turned:
        call = Call("FlattenLikeKeras", note=notes.keras_order())
        return [ApiStep(call, "torch.flatten({x}.permute(0, 2, 3, 1), 1)", call.note)]
    return [_noted(step, layer, flattened, last) for step in layer.torch(shape)]


def _noted(step: ApiStep, layer: Layer, flattened: Shape | None, last: bool) -> ApiStep:
    note: Sentence | None = None
    if step.call.name == "nn.Linear" and last and layer.activation == "linear":
        note = notes.logits()
    elif step.call.name == "nn.Linear" and flattened:
        note = in_features(step.call.args[0], flattened)
    elif step.call.name == "nn.Softmax" and last:
        note = notes.softmax_first()
    if note is None:
        return step
    return replace(step, call=step.call.but(note=note), function_note=note if step.function else None)
