"""The optimizers. Keras' own serve both for "native" and for "aligned": the aligned rule is Keras' rule."""

from __future__ import annotations

import keras

from clsf.calls import made
from clsf.optimizers import CLIPPING, OPTIMIZERS
from clsf.plan import Plan


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
