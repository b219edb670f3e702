"""Differences in freezing and in what the base was trained for: batch normalisation in a frozen base, trainable, head, inputs."""

from __future__ import annotations

from clsf.compare.entry import ClaimSource, Difference, SwitchOption
from clsf.errors import SpecError
from clsf.model.freezing import frozen, head, own_row, place
from clsf.model.walk import IMAGES, Analysis, LayerFacts
from clsf.plan import OTHER_SCALE, Plan
from clsf.words import Sentence, say


def _frozen(analysis: Analysis, plan: Plan) -> list[LayerFacts]:
    """Return the frozen layers with weights, in order of computation."""
    count = frozen(own_row(analysis), plan.train_layers)
    return [facts for facts in analysis.layers if place(facts.path) < count and facts.weights]


def _frozen_norms(analysis: Analysis, plan: Plan) -> list[LayerFacts]:
    return [facts for facts in _frozen(analysis, plan) if facts.role == "Batchwise"]


def _nothing_frozen(analysis: Analysis, plan: Plan) -> Sentence | None:
    try:
        frozen = _frozen(analysis, plan)
    except SpecError as error:
        return error.sentence
    return None if frozen else say("Nothing is frozen; choose train_layers='head' or 'last:1' to switch this.")


def _no_frozen_norm(analysis: Analysis, plan: Plan) -> Sentence | None:
    if _nothing_frozen(analysis, plan) is not None:
        return _nothing_frozen(analysis, plan)
    if _frozen_norms(analysis, plan):
        return None
    return say("The frozen layers hold no batch normalisation, which this needs.")


def _thawed(analysis: Analysis, plan: Plan) -> tuple[str, str]:
    """Return where a frozen part that does train shows first: in the output of its batch normalisation, else in its weights."""
    norms = [] if plan.freeze_norms else _frozen_norms(analysis, plan)
    if norms:
        return "forward", norms[0].path
    first = _frozen(analysis, plan)[0]
    return "update", f"{first.path}.{next(weight.name for weight in first.weights if weight.trainable)}"


def _headless(analysis: Analysis, plan: Plan) -> Sentence | None:
    try:
        head(own_row(analysis))
    except SpecError as error:
        return error.sentence
    return None


def _head_weight(analysis: Analysis) -> str:
    at = head(own_row(analysis))
    return next(name for name in analysis.named_weights() if place(name) == at)


def _prepared_so(analysis: Analysis, plan: Plan) -> Sentence | None:
    if plan.preparation.scale == OTHER_SCALE:
        return say("Both frameworks prepare images for torchvision's networks already; choose another scale to switch this.")
    return None


_TORCH_MODULE = "torch/nn/modules/module.py"

TRANSFER = (
    Difference(
        name="frozen-bn-moves",
        title=say("Batch normalisation that is frozen"),
        keras=say("trainable=False also means training=False: the layer uses its moving statistics and leaves them as they are."),
        torch=say("requires_grad_(False) stops gamma and beta alone. In train() mode the layer still normalises by the batch, and its statistics move, until eval()."),
        shows=say("in the forward pass, at the first frozen batch normalisation layer"),
        parts_at=lambda analysis, plan: ("forward", _frozen_norms(analysis, plan)[0].path),
        idle=_no_frozen_norm,
        sources=(
            ClaimSource("keras/src/layers/normalization/batch_normalization.py", "BatchNormalization.call"),
            ClaimSource("torch/nn/modules/batchnorm.py", "_BatchNorm.forward"),
            ClaimSource(_TORCH_MODULE, "Module.requires_grad_"),
        ),
        options=(
            SwitchOption("aligned", say("aligned: both as Keras")),
            SwitchOption("torch", say("PyTorch with requires_grad_(False), without eval()"), {"torch": ("frozen-bn-moves",)}),
        ),
    ),
    Difference(
        name="trainable-after-compile",
        title=say("trainable changed after compile"),
        keras=say("fit continues with the step that it made before: layers set to trainable=False afterwards still train, until compile is called again."),
        torch=say("requires_grad holds from the next step on; there is no compile."),
        shows=say("in the forward pass, at the first batch normalisation that was to be frozen; without one in the update, at the first weight that was to be frozen"),
        parts_at=_thawed,
        idle=_nothing_frozen,
        sources=(
            ClaimSource("keras/src/backend/tensorflow/trainer.py", "TensorFlowTrainer.make_train_function"),
            ClaimSource(_TORCH_MODULE, "Module.requires_grad_"),
        ),
        options=(
            SwitchOption("aligned", say("aligned: frozen in both")),
            SwitchOption("keras", say("TensorFlow trains on what was compiled"), {"tensorflow": ("trainable-after-compile",)}),
        ),
    ),
    Difference(
        name="head-not-in-optimizer",
        title=say("Head that the optimizer does not know"),
        keras=say("fit hands every trainable variable of the model to the optimizer, so a new head is always among them."),
        torch=say("An optimizer changes what it was given: one that was made before the head was replaced, or of the backbone's parameters alone, leaves the head as it began."),
        shows=say("in the update, at the head's first weight: its gradient is equal, its new values are not"),
        parts_at=lambda analysis, plan: ("update", _head_weight(analysis)),
        idle=_headless,
        sources=(
            ClaimSource("keras/src/backend/tensorflow/trainer.py", "TensorFlowTrainer.train_step"),
            ClaimSource("torch/optim/optimizer.py", "Optimizer.add_param_group"),
        ),
        options=(
            SwitchOption("aligned", say("aligned: the head trains in both")),
            SwitchOption("torch", say("PyTorch with an optimizer that was made before the head"), {"torch": ("head-not-in-optimizer",)}),
        ),
    ),
    Difference(
        name="other-preparation",
        title=say("Preparation of another network"),
        keras=say("Each network of keras.applications has its own preprocess_input: [-1, 1], ImageNet's mean, or nothing at all."),
        torch=say("torchvision's networks take (x / 255 - mean) / deviation with ImageNet's numbers, whichever network."),
        shows=say("at once, in the inputs: weights that were trained on one scale meet another"),
        parts_at=lambda analysis, plan: ("forward", IMAGES),
        idle=_prepared_so,
        sources=(
            ClaimSource("keras/src/applications/imagenet_utils.py", "preprocess_input"),
            ClaimSource("torchvision/transforms/_presets.py", "ImageClassification.forward"),
        ),
        options=(
            SwitchOption("aligned", say("aligned")),
            SwitchOption("torch", say("PyTorch with the preparation of torchvision's networks"), {"torch": ("other-preparation",)}),
        ),
    ),
)  # fmt: skip
