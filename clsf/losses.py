"""The model's last layer for the loss that a plan names, from `clsf.loss_kinds`."""

from __future__ import annotations

from dataclasses import replace

from clsf.errors import PlanError, SpecError
from clsf.loss_kinds import LOSSES
from clsf.model import freezing
from clsf.model.shapes import Shape, shape_text
from clsf.model.spec import ModelSpec
from clsf.model.walk import Analysis
from clsf.plan import Plan

ENDINGS = {loss.ending for loss in LOSSES.values()}
"""Activations that make probabilities of outputs."""


def outputs(plan: Plan, classes: int) -> int:
    """Return how many numbers the model hands to the loss for one image."""
    return plan.loss_kind.outputs(classes)


def last_activation(plan: Plan) -> str:
    """Return the activation that the model ends in: none for logits."""
    return plan.loss_kind.last_activation(plan.probabilities)


def fitted(spec: ModelSpec, plan: Plan, classes: int) -> ModelSpec:
    """Return the model with the units and the activation of its last dense layer as the loss of `plan` needs them.

    A model that does not end in a dense layer comes back as it is; `check` says what is wrong with it.
    """
    layers = spec.layers
    while layers and layers[-1].role == "Function" and layers[-1].name in ENDINGS:
        layers = layers[:-1]
    if not layers or layers[-1].role != "Linear":
        return spec
    last = replace(layers[-1], units=outputs(plan, classes), activation=last_activation(plan))
    return replace(spec, layers=(*layers[:-1], last))


def check(spec: ModelSpec, plan: Plan, shape: Shape, classes: int) -> Analysis:
    """Return the analysis, after checking that the model ends in the form that the loss takes.

    Raises SpecError for a model that does not fit, PlanError for a loss that does not fit the data or the plan.
    """
    if plan.loss_kind.one_output and classes != 2:
        raise PlanError(
            "The binary loss is for two classes, but the data has {classes}. Choose the sparse or the categorical loss.",
            classes=classes,
        )
    if plan.probabilities and plan.does("softmax-before-loss"):
        raise PlanError(
            "The difference '{difference}' is about a loss that takes logits, but this one takes probabilities. Choose a loss "
            "from logits.",
            difference="softmax-before-loss",
        )
    analysis = _one_output(spec, shape) if plan.loss_kind.one_output else spec.check(shape, classes)
    if plan.probabilities and _ends_in(spec) != last_activation(plan):
        raise SpecError(
            "The loss takes probabilities, but the model '{name}' ends in {found}. Give its last layer the activation "
            "{wanted}, or choose a loss from logits.",
            name=spec.name, found=_ends_in(spec), wanted=last_activation(plan),
        )  # fmt: skip
    freezing.frozen(spec.layers, plan.train_layers)
    return analysis


def _one_output(spec: ModelSpec, shape: Shape) -> Analysis:
    analysis = spec.analyse(shape)
    if not spec.layers or analysis.output_shape != (1,):
        raise SpecError(
            "The model '{name}' ends in {shape}, but the binary loss takes one number for an image; end it with a dense layer "
            "of 1 unit.",
            name=spec.name, shape=shape_text(analysis.output_shape),
        )  # fmt: skip
    return spec.check(shape, 1)


def _ends_in(spec: ModelSpec) -> str:
    """Return the activation that the model ends in."""
    last = spec.layers[-1]
    return last.function if last else "linear"
