"""The lecture's gap: its Keras program reached 69 %, its PyTorch program 52 %, with "the same" network on CIFAR-10.

On 10,000 images of CIFAR-10, three seeds: 0.415, 0.486, 0.568, 0.516, 0.543, 0.533. The first two causes explain it.
"""

from __future__ import annotations

import math
from dataclasses import replace

from clsf.compare.cases.case import Case, CaseCause, Published
from clsf.model import presets
from clsf.optimizers import DEFAULT
from clsf.plan import LEARNING_RATES, Plan
from clsf.words import say

START = "as-in-the-lecture"


def loss_floor(classes: int) -> float:
    """Return the smallest cross-entropy that two softmaxes can reach, in nats: ln(1 + (C - 1) / e), 1.461 for ten classes.

    The first softmax gives p with 0 <= p <= 1 and sum 1. The loss takes p for logits and applies softmax again. For the
    right class r it is  -ln(e^p_r / sum e^p_i) = ln(sum e^(p_i - p_r)).  The minimum is where the first softmax is certain and
    right, p_r = 1 and all others 0: one term e^0 and C - 1 terms e^-1, so ln(1 + (C - 1) / e). It is never reached.
    """
    return math.log(1 + (classes - 1) / math.e)


def settings(plan: Plan) -> Plan:
    """Return the lecture's conditions on the plan's data, epochs, batches and seed: RMSprop, without any fault yet."""
    rate = plan.learning_rate if plan.optimizer == DEFAULT else LEARNING_RATES[DEFAULT]
    return plan.but(
        optimizer=DEFAULT, hyper={}, learning_rate=rate, rules="aligned", start="glorot", differences=(), l2=0.0,
        preparation=replace(plan.preparation, scale="zero-one"),
    )  # fmt: skip


LECTURE = Case(
    name="lecture",
    title=say("The lecture's gap"),
    question=say("One network, written twice in one lecture. Why is PyTorch 17 points worse, and four times as slow?"),
    published=Published(
        where="The lecture's notebooks",
        address="",
        claim=say(
            "The same network was trained on CIFAR-10 with model.fit, with a loop of tf.GradientTape, and with PyTorch. PyTorch "
            "was the worst and the slowest."
        ),
        numbers=(
            (say("Keras, model.fit"), say("68.8 % of validation, 69.0 % of test images; 13 s for five epochs")),
            (say("Keras, a loop with tf.GradientTape"), say("67.0 % of validation images; 17 s")),
            (say("PyTorch"), say("51.8 % of validation, 52.1 % of test images; 60 s")),
        ),
    ),
    # The masks of dropout are still drawn in NumPy, so that the seeds of two steps remain pairs.
    causes=(
        CaseCause("double-softmax", say("without softmax before the loss"), ("softmax-before-loss",)),
        CaseCause("dropout", say("dropout 0.2, and off at evaluation"), ("dropout-rate", "dropout-at-evaluation")),
        CaseCause("input-scale", say("inputs in [0, 1]"), ("input-scale",)),
        CaseCause("initial-weights", say("Keras' initial weights"), ("initial-weights", "bias-init")),
        CaseCause("optimizer-rule", say("Keras' rule of RMSprop"), (f"{DEFAULT}-rule",)),
    ),
    settings=settings,
    model=lambda classes: presets.preset("lecture-cnn", classes),
    start=say("as in the lecture"),
    start_name=START,
    reference=None,
    lesson=say(
        "The time has one cause: the PyTorch program never moves the model and the images to the GPU (.to(device)), so it "
        "computes on the processor, while TensorFlow takes a GPU by itself."
    ),
)
