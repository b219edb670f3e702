"""Notes for lines of generated source: why one framework's line is not simply a translation of the other's."""

from __future__ import annotations

from clsf.model.shapes import Shape, shape_text
from clsf.words import Sentence, say

# Keras.


def keras_input(shape: Shape) -> Sentence:
    return say(
        "The shape of one image, without the batch: {shape}, channels last. Without this line Keras makes the weights at the "
        "first batch, and `summary()` cannot count them before.",
        shape=shape_text(shape),
    )  # fmt: skip


def keras_subclass_input() -> Sentence:
    return say(
        "A subclass does not know what it will receive. Calling it once on a symbolic input makes the weights; before, "
        "`summary()` shows 0 parameters."
    )


def keras_declared() -> Sentence:
    return say(
        "Layers with weights are made in `__init__`, once; made in `call`, they would get new weights at every call. Flattening and "
        "activations could be in either place."
    )


def activation_object() -> Sentence:
    return say(
        'The activation as a function. The string "relu" finds the same function by its name; left out, the activation is linear.'
    )


def activation_string() -> Sentence:
    return say("The activation by its name; a function would do as well. Left out, it is linear: the values pass unchanged.")


# PyTorch.


def keras_order() -> Sentence:
    return say(
        "PyTorch's own flattening goes channel by channel. What follows depends on the order, so the axes are turned to Keras' order first."
    )


def channels_first_order() -> Sentence:
    return say(
        "Keras' own flattening goes row by row. This run flattens channel by channel, as PyTorch does, so the axes are turned first."
    )


def joined_channels() -> Sentence:
    return say("Channel after channel: axis 1 in PyTorch, the last axis in Keras.")


# Both.


def logits() -> Sentence:
    return say(
        "No softmax: these are logits, and the loss applies softmax itself (`from_logits=True`; PyTorch's cross-entropy always does). "
        "A softmax here as well would be the second one."
    )


def softmax_first() -> Sentence:
    return say(
        "Softmax makes probabilities here. PyTorch's cross-entropy applies softmax again and then learns badly; Keras needs "
        "`from_logits=False`."
    )


def met(sign: str, spreads: bool = False) -> Sentence:
    """Return the note for two rows joined by an operator; `spreads`: one of them has one number per channel."""
    if spreads:
        return say("One number per channel: each multiplies its whole channel, over all rows and columns of the image.")
    if sign == "*":
        return say("What the layers make of the input is multiplied with the input, number by number.")
    return say("What the layers make of the input is added to the input, or to what the shortcut makes of it.")
