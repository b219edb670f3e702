"""Differences in what a model computes: inputs, batch normalisation, dropout, flattening, softmax, the evaluation mode."""

from __future__ import annotations

from clsf.compare.entry import (
    ClaimSource,
    Difference,
    SwitchOption,
    always,
    as_lecture,
    as_torch,
    dropping,
    layers,
    moving_norms,
    native,
    reordered,
)
from clsf.compare.recording import LOGITS, LOSS
from clsf.model.changes import TORCH_DROPOUT, TORCH_EPSILON, TORCH_MOMENTUM
from clsf.model.layers import OneImageNorm, keras_name
from clsf.model.walk import IMAGES, Analysis, LayerFacts
from clsf.plan import Plan
from clsf.words import Sentence, say


def _other(norms: list[LayerFacts], field: str, value: float) -> list[LayerFacts]:
    return [facts for facts in norms if getattr(facts.layer, field) != value]


def _norm(analysis: Analysis, plan: Plan) -> Sentence | None:
    return (
        None
        if layers(analysis, "Batchwise")
        else say("The model has no batch normalisation; this needs a batch normalisation layer.")
    )


def _moving_norm(analysis: Analysis, plan: Plan) -> Sentence | None:
    if _norm(analysis, plan) is None and not moving_norms(analysis, plan):
        return say("Every batch normalisation layer is frozen, so that none of its statistics move.")
    return _norm(analysis, plan)


def _norm_field(field: str, value: float):
    def idle(analysis: Analysis, plan: Plan) -> Sentence | None:
        if field == "momentum" and _moving_norm(analysis, plan) is not None:
            return _moving_norm(analysis, plan)
        norms = moving_norms(analysis, plan) if field == "momentum" else layers(analysis, "Batchwise")
        if _norm(analysis, plan) is None and not _other(norms, field, value):
            return say(
                "Every batch normalisation layer has PyTorch's {field} of {value} already.", field=field, value=f"{value:g}"
            )
        return _norm(analysis, plan)

    return idle


def _image_norms(analysis: Analysis) -> list[LayerFacts]:
    return [facts for facts in analysis.layers if isinstance(facts.layer, OneImageNorm)]


def _other_image_norms(analysis: Analysis) -> list[LayerFacts]:
    return [facts for facts in _image_norms(analysis) if facts.layer.epsilon != TORCH_EPSILON]


def _image_norm(analysis: Analysis, plan: Plan) -> Sentence | None:
    if not _image_norms(analysis):
        return say("The model has no layer or group normalisation, which this needs.")
    if not _other_image_norms(analysis):
        return say("Every layer and group normalisation has PyTorch's epsilon of {value} already.", value=f"{TORCH_EPSILON:g}")
    return None


def _drops(analysis: Analysis, plan: Plan) -> Sentence | None:
    return None if dropping(analysis) else say("The model drops nothing; this needs a dropout layer with a rate above 0.")


def _drops_otherwise(analysis: Analysis, plan: Plan) -> Sentence | None:
    if layers(analysis, "Drop") and all(facts.layer.rate == TORCH_DROPOUT for facts in layers(analysis, "Drop")):
        return say("Every dropout layer has the rate {rate} already.", rate=TORCH_DROPOUT)
    return None if layers(analysis, "Drop") else say("The model has no dropout; this needs a dropout layer.")


def _evaluates_otherwise(analysis: Analysis, plan: Plan) -> Sentence | None:
    if dropping(analysis) or layers(analysis, "Batchwise"):
        return None
    return say("No layer of the model behaves differently at evaluation; this needs a dropout or batch normalisation layer.")


def _flattens(analysis: Analysis, plan: Plan) -> Sentence | None:
    if reordered(analysis):
        return None
    return say("The order makes no difference here; this needs a flatten layer behind an image of several pixels and channels.")


def _scales(analysis: Analysis, plan: Plan) -> Sentence | None:
    if plan.preparation.scale == "minus-one-one":
        return say("Both frameworks already get inputs from -1 to 1; choose another scale to switch this.")
    return None


_KERAS_NORM = "keras/src/layers/normalization/batch_normalization.py"
_TORCH_NORM = "torch/nn/modules/batchnorm.py"

_DROPPING = (
    ClaimSource("keras/src/layers/regularization/dropout.py", f"{keras_name('Drop')}.call"),
    ClaimSource("torch/nn/functional.py", "dropout"),
)
"""Where both frameworks drop values."""


LAYERS = (
    Difference(
        name="bn-momentum",
        title=say("Momentum of batch normalisation"),
        keras=say("momentum=0.99 is the share of the old moving mean that is kept."),
        torch=say("momentum=0.1 is the share of the new that is taken: 0.9 of the old is kept."),
        shows=say("in the update, at the moving mean, or at the moving variance behind another batch normalisation; only evaluation uses these"),
        parts_at=lambda analysis, plan: (
            "update", _moving(analysis, plan, _other(moving_norms(analysis, plan), "momentum", TORCH_MOMENTUM)[0]),
        ),
        idle=_norm_field("momentum", TORCH_MOMENTUM),
        sources=(ClaimSource(_KERAS_NORM, "BatchNormalization.call"), ClaimSource(_TORCH_NORM, "_NormBase.__init__")),
        options=as_torch("bn-momentum"),
    ),
    Difference(
        name="bn-epsilon",
        title=say("Epsilon of batch normalisation"),
        keras=say("Divides by √(variance + 1e-3)."),
        torch=say("Divides by √(variance + 1e-5)."),
        shows=say("in the forward pass, at the first batch normalisation layer"),
        parts_at=lambda analysis, plan: ("forward", _other(layers(analysis, "Batchwise"), "epsilon", TORCH_EPSILON)[0].path),
        idle=_norm_field("epsilon", TORCH_EPSILON),
        sources=(ClaimSource(_KERAS_NORM, "BatchNormalization.__init__"), ClaimSource(_TORCH_NORM, "_NormBase.__init__")),
        options=as_torch("bn-epsilon"),
    ),
    Difference(
        name="bn-variance",
        title=say("Moving variance of batch normalisation"),
        keras=say("Keeps the variance of the batch, divided by n (biased)."),
        torch=say("Keeps the variance of the batch, divided by n - 1 (unbiased), though it normalises with the biased one."),
        shows=say("in the update, at the moving variance; training itself is equal, only evaluation uses moving variances"),
        parts_at=lambda analysis, plan: ("update", f"{moving_norms(analysis, plan)[0].path}.moving_variance"),
        idle=_moving_norm,
        sources=(ClaimSource(_KERAS_NORM, "BatchNormalization._moments"), ClaimSource(_TORCH_NORM, "BatchNorm2d")),
        options=as_torch("bn-variance"),
    ),
    Difference(
        name="image-norm-epsilon",
        title=say("Epsilon of layer and group normalisation"),
        keras=say("Divides by √(variance + 1e-3)."),
        torch=say("Divides by √(variance + 1e-5)."),
        shows=say("in the forward pass, at the first layer or group normalisation"),
        parts_at=lambda analysis, plan: ("forward", _other_image_norms(analysis)[0].path),
        idle=_image_norm,
        sources=(
            ClaimSource("keras/src/layers/normalization/group_normalization.py", f"{keras_name('GroupNorm')}.__init__"),
            ClaimSource("torch/nn/modules/normalization.py", "GroupNorm.__init__"),
        ),
        options=as_torch("image-norm-epsilon"),
    ),
    Difference(
        name="input-scale",
        title=say("Scale of the inputs"),
        keras=say("Leaves it to you; its tutorials divide pixels by 255: [0, 1]."),
        torch=say("Leaves it to you; ToTensor gives [0, 1], and tutorials add Normalize(0.5, 0.5): [-1, 1]."),
        shows=say("at once: the first layer receives other numbers"),
        parts_at=lambda analysis, plan: ("forward", IMAGES),
        idle=_scales,
        sources=(ClaimSource("torchvision/transforms/transforms.py", "Normalize.forward"),),
        options=as_lecture("input-scale"),
        lecture=say("Divides by 255 for Keras, and normalises to [-1, 1] for PyTorch."),
    ),
    Difference(
        name="softmax-before-loss",
        title=say("Softmax before the loss"),
        keras=say("SparseCategoricalCrossentropy expects probabilities unless from_logits=True is given: a softmax layer is right there."),
        torch=say("cross_entropy expects logits and applies softmax itself: a softmax layer before it is one too many."),
        shows=say("in the forward pass, at what the loss receives"),
        parts_at=lambda analysis, plan: ("forward", LOGITS),
        idle=always,
        sources=(
            ClaimSource("keras/src/losses/losses.py", "SparseCategoricalCrossentropy.__init__"),
            ClaimSource("torch/nn/functional.py", "cross_entropy"),
        ),
        options=as_lecture("softmax-before-loss"),
        lecture=say("Ends the PyTorch model with softmax and trains it with CrossEntropyLoss: softmax twice."),
    ),
    Difference(
        name="dropout-rate",
        title=say("Rate of dropout"),
        keras=say("The layer must be given its rate."),
        torch=say("F.dropout(x) drops half if no rate is given: p=0.5."),
        shows=say("in the forward pass, at the first dropout layer"),
        parts_at=lambda analysis, plan: ("forward", _other_dropout(analysis).path),
        idle=_drops_otherwise,
        sources=(
            ClaimSource("keras/src/layers/regularization/dropout.py", f"{keras_name('Drop')}.__init__"),
            ClaimSource("torch/nn/functional.py", "dropout"),
        ),
        options=as_lecture("dropout-rate"),
        lecture=say("A rate of 0.2 in Keras, F.dropout(x) in PyTorch, which means 0.5."),
    ),
    Difference(
        name="dropout-masks",
        title=say("Random numbers of dropout"),
        keras=say("Each dropout layer draws its masks from its own seed generator."),
        torch=say("Draws all masks from one generator per process, which torch.manual_seed sets."),
        shows=say("in the forward pass, at the first dropout layer"),
        parts_at=lambda analysis, plan: ("forward", dropping(analysis)[0].path),
        idle=lambda analysis, plan: _drops(analysis, plan) or native(plan),
        sources=_DROPPING,
        options=(
            SwitchOption("aligned", say("aligned: masks drawn in NumPy")),
            SwitchOption("keras", say("TensorFlow draws its own"), {"tensorflow": ("dropout-masks",)}),
            SwitchOption("torch", say("PyTorch draws its own"), {"torch": ("dropout-masks",)}),
        ),
    ),
    Difference(
        name="dropout-at-evaluation",
        title=say("Dropping at evaluation"),
        keras=say("Drops only while training: fit, evaluate and predict say so to every layer."),
        torch=say("The module follows model.eval(), but F.dropout(x) drops always: training=True is its default."),
        shows=say("not while training; only at evaluation, where answers become random"),
        parts_at=lambda analysis, plan: ("evaluation", LOGITS),
        idle=_drops,
        sources=_DROPPING,
        options=as_lecture("dropout-at-evaluation"),
        lecture=say("Calls F.dropout(x) in forward, so images are judged with half of the units missing."),
    ),
    Difference(
        name="flatten-order",
        title=say("Order of flattening"),
        keras=say("Images are height, width, channels: flattening goes row by row, column by column, channel by channel."),
        torch=say("Images are channels, height, width: flattening goes channel by channel. Weights of the next layer must be permuted to fit."),
        shows=say("in the forward pass, at the first flatten layer: the same numbers in another order"),
        parts_at=lambda analysis, plan: ("forward", reordered(analysis)[0].path),
        idle=_flattens,
        sources=(
            ClaimSource("keras/src/layers/reshaping/flatten.py", f"{keras_name('Flat')}.call"),
            ClaimSource("torch/nn/modules/flatten.py", f"{keras_name('Flat')}.forward"),
        ),
        options=as_torch("flatten-order"),
    ),
    Difference(
        name="eval-mode",
        title=say("Evaluation mode"),
        keras=say("fit, evaluate and predict pass training=True or False to every layer."),
        torch=say("The model stays in training mode until model.eval() is called by hand, and is easily left in it."),
        shows=say("not while training; only at evaluation, where dropout drops and batch normalisation uses the batch"),
        parts_at=lambda analysis, plan: ("evaluation", LOSS),
        idle=_evaluates_otherwise,
        sources=(ClaimSource("keras/src/layers/layer.py", "Layer.__call__"), ClaimSource("torch/nn/modules/module.py", "Module.eval")),
        options=(
            SwitchOption("aligned", say("aligned: both evaluate in evaluation mode")),
            SwitchOption("torch", say("PyTorch without model.eval()"), {"torch": ("eval-mode",)}),
        ),
    ),
)  # fmt: skip


def _moving(analysis: Analysis, plan: Plan, norm: LayerFacts) -> str:
    """Return the moving statistic of a batch normalisation layer that the first step changes first."""
    rows = {facts.path: facts for facts in analysis.layers}
    return f"{norm.path}.{'moving_variance' if _averages_zero(rows, plan, norm.path) else 'moving_mean'}"


def _averages_zero(rows: dict[str, LayerFacts], plan: Plan, path: str) -> bool:
    """Return whether a layer's input has mean 0 in each channel in the first step, as batch normalisation leaves it.

    Layers that only weight and add preserve that while their biases begin at 0. Branches are not followed.
    """
    *head, last = path.split(".")
    before = rows.get(".".join([*head, str(int(last) - 1)]))
    if before is None:
        return False
    layer, biased = before.layer, plan.start == "kaiming" or plan.does("bias-init")
    if before.role == "Batchwise":
        return True
    keeps = (
        before.role == "GlobalAverage"
        or (before.role == "Function" and layer.name == "linear")
        or (before.role == "Drop" and layer.rate == 0)
        or (before.role == "Flat" and len(before.in_shape) == 1)
        or (before.role == "Linear" and layer.activation == "linear" and not (biased and layer.use_bias))
        or (
            before.role == "Convolution" and layer.activation == "linear" and layer.kernel_size == layer.strides == 1
            and not (biased and layer.use_bias)
        )
    )  # fmt: skip
    return keeps and _averages_zero(rows, plan, before.path)


def _other_dropout(analysis: Analysis) -> LayerFacts:
    return next(facts for facts in layers(analysis, "Drop") if facts.layer.rate != TORCH_DROPOUT)
