"""A program as it is and with its faults fixed, as two trainings that can run here; it lists what they can't show."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clsf import losses
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.loss_kinds import DEFAULT
from clsf.model.layers import made
from clsf.model.spec import ModelSpec
from clsf.plan import Plan, Preparation
from clsf.reader.findings import faults, wholly_mended
from clsf.reader.plan import plan_of
from clsf.reader.program import Program
from clsf.words import Sentence, say

SHOWN = {
    "softmax-then-logits-loss", "wrong-from-logits", "relu-before-softmax", "missing-hidden-activation", "saturating-activation", "lr-too-high", "lr-too-low",
    "momentum", "dropout", "regularisation", "weight-decay", "batch-size", "too-few-epochs", "architecture", "architecture-too-small", "redundant-layer",
    "optimizer-default-lr", "wrong-last-activation", "bn-momentum",
}  # fmt: skip
"""Kinds of fault that our own loop can have: they are in the model or in the plan. The others are in lines that it doesn't run."""


@dataclass(frozen=True)
class ProgramPair:
    """The possible trainings: the program as it is and fixed; `why` says why one is not possible."""

    faulty: tuple[ModelSpec, Plan] | None
    fixed: tuple[ModelSpec, Plan] | None
    why: Sentence | None
    left_out: tuple[str, ...]  # kinds of fault that the training doesn't have


def pair_of(program: Program, data: str, epochs: int, limit: int) -> ProgramPair:
    """Return both trainings on a data set, its images brought to the size that the model takes."""
    findings = faults(program)
    left_out = tuple(dict.fromkeys(f.kind for f in findings if f.kind not in SHOWN and f.certainty != "smell"))
    faulty, why = _trainable(program, data, epochs, limit)
    fixed: tuple[ModelSpec, Plan] | None = None
    try:
        fixed, problem = _trainable(wholly_mended(program), data, epochs, limit)
        why = why or problem
    except ClsfError as error:
        why = why or error.sentence
    return ProgramPair(faulty, fixed, why, left_out)


def _trainable(program: Program, data: str, epochs: int, limit: int) -> tuple[tuple[ModelSpec, Plan] | None, Sentence | None]:
    if program.spec is None:
        return None, say("No model was found in it.")
    plan, _ = plan_of(program)
    shape = program.input_shape
    info = catalogue.info(data)
    classes = len(info.classes)
    preparation = plan.preparation
    if shape is not None and len(shape) == 3:
        h, w, c = shape
        colour = "keep" if c == info.shape[2] else "rgb" if c == 3 else "grey"
        preparation = Preparation(
            image_size=h if h == w and (h, w) != info.shape[:2] and 4 <= h <= 256 else None,
            colour=colour,
            scale=preparation.scale,
        )
    else:
        preparation = Preparation(scale=preparation.scale)
    plan = plan.but(
        data=data, preparation=preparation, epochs=epochs, train_limit=limit, validation_share=plan.validation_share or 0.2
    )
    spec = program.spec
    if shape is not None and len(shape) == 1:
        spec = replace(spec, layers=(made("Flat"), *spec.layers)) if spec.layers[0].role != "Flat" else spec
    if plan.loss_kind.one_output and classes != 2:
        plan = plan.but(loss=DEFAULT, probabilities=plan.probabilities and False)
    spec = _with_classes(spec, classes)
    try:
        from clsf.data.resize import prepared_shape

        losses.check(spec, plan, prepared_shape(info, plan.preparation), classes)
    except ClsfError as error:
        return None, error.sentence
    return (spec, plan), None


def _with_classes(spec: ModelSpec, classes: int) -> ModelSpec:
    """Return the model with as many units at its end as the data has classes."""
    for n in range(len(spec.layers) - 1, -1, -1):
        layer = spec.layers[n]
        if layer.role == "Linear":
            activation = layer.activation if layer.units > 1 or layer.activation != "sigmoid" else "linear"
            rows = [*spec.layers]
            rows[n] = replace(layer, units=classes, activation=activation)
            return replace(spec, layers=tuple(rows))
    return spec
