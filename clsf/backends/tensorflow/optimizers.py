"""The optimizers. Keras' own serve both for "native" and for "aligned": the aligned rule is Keras' rule."""

from __future__ import annotations

import keras
import tensorflow as tf

from clsf.calls import made
from clsf.optimizers import CLIPPING, OPTIMIZERS
from clsf.plan import Plan


class Optimizers:
    """The optimizers of a plan: one, or one for the backbone with its own learning rate and one for the head."""

    def __init__(self, plan: Plan, backbone: list[keras.Variable], head: list[keras.Variable]) -> None:
        rate = plan.learning_rate if plan.backbone_rate is None else plan.backbone_rate
        groups = [(backbone, rate / plan.learning_rate), ([] if plan.does("head-not-in-optimizer") else head, 1.0)]
        self._each = [
            (optimizer(plan.but(learning_rate=plan.learning_rate * share, backbone_rate=None)), group, share)
            for group, share in groups
            if group
        ]
        for each, group, _ in self._each:
            each.build(group)

    @property
    def only(self) -> keras.optimizers.Optimizer:
        """Return the only optimizer, for `model.compile`."""
        ((each, _, _),) = self._each
        return each

    def apply(self, gradients: list[tf.Tensor], variables: list[keras.Variable]) -> None:
        """Change the variables by their gradients."""
        of = {id(v): g for v, g in zip(variables, gradients, strict=True)}
        for each, group, _ in self._each:
            each.apply([of[id(v)] for v in group], group)

    def set_rate(self, rate: float | tf.Tensor) -> None:
        """Set the learning rate of the head, float64; that of the backbone keeps its share of it."""
        for each, _, share in self._each:
            each.learning_rate.assign(tf.cast(rate * share, tf.float32))


def optimizer(plan: Plan) -> keras.optimizers.Optimizer:
    """Return Keras' optimizer of the plan's name, with what the plan chooses; its rule is written out in the twin, which follows it.

    Weight decay is decoupled, whatever the optimizer: each weight loses learning rate * weight_decay of itself before the
    update, and the gradient knows nothing of it (Loshchilov & Hutter 2017, arXiv:1711.05101).
    """
    more = {CLIPPING[plan.clipping.kind]: plan.clipping.limit} if plan.clipping else {}
    if plan.accumulate > 1 and plan.variants["tensorflow"] == "fit":
        more["gradient_accumulation_steps"] = plan.accumulate
    call = OPTIMIZERS[plan.optimizer].keras_call(plan.learning_rate, plan.hyper, plan.weight_decay or None, more)
    return made(call, {"optimizers": keras.optimizers}, keras.optimizers.Optimizer)
