"""In what a script is not the run that it is written after: it has the same plan, but draws its own numbers."""

from __future__ import annotations

from clsf.model.walk import Analysis
from clsf.optimizers import OPTIMIZERS
from clsf.plan import Plan
from clsf.words import Sentence, say

OMITTED = ("bias-init", "bn-variance", "dropout-masks", "dropout-at-evaluation", "shuffling", "eval-mode", "flatten-order")
"""Differences of a plan that a script can leave out; `departures` says when it does."""


def departures(plan: Plan, framework: str, analysis: Analysis) -> list[Sentence]:
    """Return what a script of this plan does otherwise than the run in `framework` did, most important first."""
    kinds = {facts.kind for facts in analysis.layers}
    found = [
        say(
            "Validation images, initial weights and the order of the batches are drawn by the script itself, from the same seed."
        ),
    ]
    if plan.begin_from is not None:
        found.append(say("The run went on from the weights of an earlier run; the script begins with fresh ones."))
    if plan.augmentation.any:
        found.append(say("Images are varied by the framework's own functions, each in another way than in the run."))
    if "Dropout" in kinds:
        found.append(say("Dropout draws its own numbers."))
    if plan.preparation.image_size is not None or plan.preparation.colour != "keep":
        found.append(say("Images are resized and recoloured by the framework, which can round a pixel otherwise."))
    if framework == "torch" and not plan.native_optimizer and OPTIMIZERS[plan.optimizer].other_epsilon:
        found.append(say("The optimizer has Keras' numbers, but PyTorch's place of epsilon."))
    if framework == "torch" and "BatchNorm" in kinds and not plan.does("bn-variance"):
        found.append(say("Batch normalisation keeps PyTorch's unbiased variance, and leaves out a last batch of one image."))
    omitted = [name for name in plan.differences if name in OMITTED and not _followed(name, plan, framework)]
    if omitted:
        found.append(say("These differences of the plan are not in the script: {names}.", names=", ".join(omitted)))
    return found


def _followed(name: str, plan: Plan, framework: str) -> bool:
    """Whether the script does this after all: what PyTorch does by itself, its script does too."""
    if name == "flatten-order":
        return framework == "torch"
    if name == "bn-variance":
        return framework == "torch"
    if name == "bias-init":  # both starts of PyTorch draw biases; Keras' script draws them only with the kernels
        return framework == "torch" or plan.start == "kaiming" or plan.does("initial-weights")
    return name in ("dropout-masks", "shuffling")  # a script draws its own in any case
