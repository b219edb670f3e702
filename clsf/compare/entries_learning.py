"""Differences in how a model begins and how it learns: initial weights, optimizer rules, weight decay, batches."""

from __future__ import annotations

from math import isclose

from clsf.compare.entry import (
    ClaimSource,
    Difference,
    Needs,
    SwitchOption,
    always,
    as_torch,
    first_trained,
    first_weight,
    native,
)
from clsf.model.layers import keras_name
from clsf.model.walk import IMAGES, Analysis
from clsf.optimizers import OPTIMIZERS, Optimizer
from clsf.plan import Plan
from clsf.words import Sentence, say


def _other_kernel(analysis: Analysis) -> str | None:
    """Return the first kernel whose range differs between the two schemes; with five times as many outputs as inputs they agree."""
    for name, weight in analysis.named_weights().items():
        other = not isclose(weight.drawn_within("glorot"), weight.drawn_within("kaiming")) if "kernel" in weight.name else False
        if other:
            return name
    return None


def _other_kernels(analysis: Analysis, plan: Plan) -> Sentence | None:
    if _other_kernel(analysis) is None:
        return say("Both schemes draw every kernel of this model from the same range; this needs a layer of other sizes.")
    return _other_start(analysis, plan)


def _other_start(analysis: Analysis, plan: Plan) -> Sentence | None:
    if plan.start == "kaiming":
        return say("Both frameworks already begin with PyTorch's initial weights; choose the start 'glorot' to switch this.")
    return None


def _other_bias(analysis: Analysis, plan: Plan) -> Sentence | None:
    if first_weight(analysis, "bias") is None:
        return say("The model has no bias; this needs a layer with one.")
    return _other_start(analysis, plan)


def _optimizer(name: str) -> Needs:
    def idle(analysis: Analysis, plan: Plan) -> Sentence | None:
        if plan.optimizer != name:
            return say(
                "This needs the optimizer '{name}', but the plan has '{optimizer}'.", name=name, optimizer=plan.optimizer
            )
        return native(plan)

    return idle


def _decay(analysis: Analysis, plan: Plan) -> Sentence | None:
    return None if plan.l2 > 0 else say("The plan has no weight decay; this needs an l2 above 0.")


def _clipping(analysis: Analysis, plan: Plan) -> Sentence | None:
    if plan.clipping is None or plan.clipping.kind != "norm":
        return say("The plan does not clip gradients by the norm of each array; choose that to switch this.")
    return None


def _weighted(analysis: Analysis, plan: Plan) -> Sentence | None:
    return None if plan.balanced else say("The plan has no class weights; this needs them.")


def _rule(declared: Optimizer) -> Difference:
    keras, torch = declared.rule or declared.keras, declared.rule or declared.torch
    return Difference(
        name=f"{declared.name}-rule",
        title=say("Rule of {optimizer}", optimizer=declared.title),
        keras=declared.keras_says,
        torch=declared.torch_says,
        shows=say("in the update: forward and backward of the first step are equal, its new weights are not"),
        parts_at=lambda analysis, plan: ("update", first_trained(analysis, plan)),
        idle=_optimizer(declared.name),
        sources=(
            ClaimSource(f"keras/src/optimizers/{keras.lower()}.py", f"{keras}.update_step"),
            ClaimSource(f"torch/optim/{torch.lower()}.py", f"_single_tensor_{torch.lower()}"),
        ),
        options=as_torch(f"{declared.name}-rule"),
    )


_FIRST_WEIGHTS = (
    ClaimSource("keras/src/layers/core/dense.py", f"{keras_name('Linear')}.__init__"),
    ClaimSource("keras/src/layers/convolutional/base_conv.py", "BaseConv.__init__"),
    ClaimSource("torch/nn/modules/linear.py", "Linear.reset_parameters"),
    ClaimSource("torch/nn/modules/conv.py", "_ConvNd.reset_parameters"),
)
"""Where both frameworks draw the first kernels and biases."""


LEARNING = (
    Difference(
        name="initial-weights",
        title=say("Initial kernels"),
        keras=say("Draws kernels evenly from ±√(6 / (inputs + outputs)): glorot_uniform."),
        torch=say("Draws kernels evenly from ±1 / √inputs: kaiming_uniform with a = √5."),
        shows=say("before the first step: the first kernel that the schemes draw from another range"),
        parts_at=lambda analysis, plan: ("forward", _other_kernel(analysis)),
        idle=_other_kernels,
        sources=_FIRST_WEIGHTS,
        options=as_torch("initial-weights"),
    ),
    Difference(
        name="bias-init",
        title=say("Initial biases"),
        keras=say("Begins every bias at 0."),
        torch=say("Draws biases evenly from ±1 / √inputs."),
        shows=say("before the first step: the first bias is another"),
        parts_at=lambda analysis, plan: ("forward", first_weight(analysis, "bias")),
        idle=_other_bias,
        sources=_FIRST_WEIGHTS,
        options=as_torch("bias-init"),
    ),
    *(_rule(declared) for declared in OPTIMIZERS.values() if declared.differs),
    Difference(
        name="weight-decay-style",
        title=say("Style of weight decay"),
        keras=say("kernel_regularizer=L2(l2) adds l2 · Σw² to what is minimised: the gradient of a kernel grows by 2 · l2 · w."),
        torch=say("weight_decay=l2 adds l2 · w to the gradient of every parameter, biases too: half as much for kernels."),
        shows=say("in the backward pass, at the last layer's kernel or gamma; the loss and what it says of outputs are equal"),
        parts_at=lambda analysis, plan: ("backward", _last_decayed(analysis, plan)),
        idle=_decay,
        sources=(
            ClaimSource("keras/src/regularizers/regularizers.py", "L2.__call__"),
            ClaimSource("torch/optim/sgd.py", "_single_tensor_sgd"),
        ),
        options=as_torch("weight-decay-style"),
    ),
    Difference(
        name="clip-norm",
        title=say("Clipping by norm"),
        keras=say("clipnorm= scales the gradient of each weight array by itself; global_clipnorm= scales all of them together."),
        torch=say("clip_grad_norm_ scales all gradients together, by limit / (norm + 1e-6). Nothing in PyTorch clips each array by itself."),
        shows=say("in the update, if a gradient is longer than the limit: the gradients are equal, the new weights are not"),
        parts_at=lambda analysis, plan: ("update", first_trained(analysis, plan)),
        idle=_clipping,
        sources=(
            ClaimSource("keras/src/optimizers/base_optimizer.py", "BaseOptimizer._clip_gradients"),
            ClaimSource("torch/nn/utils/clip_grad.py", "clip_grad_norm_"),
        ),
        options=as_torch("clip-norm"),
    ),
    Difference(
        name="class-weight-mean",
        title=say("Mean with class weights"),
        keras=say("class_weight= multiplies each image's loss by the weight of its class and divides the sum by the count of images."),
        torch=say("CrossEntropyLoss(weight=…) divides the sum by the sum of the weights in the batch, so that rare classes also shrink the others."),
        shows=say("at once, in the loss: forward up to the logits is equal, the number that is minimised is not"),
        parts_at=lambda analysis, plan: ("forward", "loss"),
        idle=_weighted,
        sources=(
            ClaimSource("keras/src/losses/loss.py", "reduce_weighted_values"),
            ClaimSource("torch/nn/modules/loss.py", "CrossEntropyLoss"),
        ),
        options=as_torch("class-weight-mean"),
    ),
    Difference(
        name="shuffling",
        title=say("Order of the batches"),
        keras=say("fit shuffles arrays before each epoch, with TensorFlow's random numbers."),
        torch=say("DataLoader(shuffle=True) draws an order before each epoch, with PyTorch's random numbers."),
        shows=say("at once: the first batch holds other images"),
        parts_at=lambda analysis, plan: ("forward", IMAGES),
        idle=always,
        sources=(
            ClaimSource("keras/src/trainers/data_adapters/array_data_adapter.py", "ArrayDataAdapter.get_tf_dataset"),
            ClaimSource("torch/utils/data/sampler.py", "RandomSampler.__iter__"),
        ),
        options=(
            SwitchOption("aligned", say("aligned: the same order, drawn in NumPy")),
            SwitchOption("keras", say("TensorFlow in its own order"), {"tensorflow": ("shuffling",)}),
            SwitchOption("torch", say("PyTorch in its own order"), {"torch": ("shuffling",)}),
        ),
        lecture=say("Shuffles a buffer of a few hundred images, which hardly mixes tens of thousands."),
    ),
)  # fmt: skip


def _last_decayed(analysis: Analysis, plan: Plan) -> str:
    """Return the first weight, from the last layer to the first, that decays differently: a bias of 0 does not decay at all."""
    begin_at_zero = {"beta"} if plan.start == "kaiming" or plan.does("bias-init") else {"beta", "bias"}
    for facts in reversed(analysis.layers):
        for weight in facts.weights:
            if weight.trainable and weight.name not in begin_at_zero:
                return f"{facts.path}.{weight.name}"
    return first_trained(analysis, plan)
