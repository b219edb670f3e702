"""A student's own grid: a few settings, a few values of each, and every combination of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from clsf import checks
from clsf.errors import PlanError
from clsf.experiments.regularised import unregularised, with_dropout
from clsf.experiments.values import MOST_RUNS, Arm, text
from clsf.loss_kinds import ONE_HOT
from clsf.model.presets import NAMES as MODELS
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.optimizers import title
from clsf.plan import LEARNING_RATES, OPTIMIZERS, SCALES, SCHEDULES, STARTS, Plan, Schedule
from clsf.plan_parts import Augmentation
from clsf.words import Sentence, say

MOST_TEXT = 300  # characters of a list of values

Change = Callable[[ModelSpec, Plan, object, int], tuple[ModelSpec, Plan]]


@dataclass(frozen=True, slots=True)
class Factor:
    """A setting that can be varied: one of `choices`, or a number that is whole or not."""

    title: Sentence
    change: Change  # (model, plan, value, classes) -> what they become
    choices: tuple[str, ...] = ()
    whole: bool = False
    example: str = ""

    def said(self, value: object, name: str) -> Sentence:
        """Return a value as it stands in a label."""
        if name == "optimizer":
            return text(title(str(value)))
        if self.choices:
            return text(value)
        return say("{what} {value}", what=self.title, value=f"{value:g}" if isinstance(value, float) else value)


def _of_plan(name: str) -> Change:
    return lambda spec, plan, value, classes: (spec, plan.but(**{name: value}))


def _optimizer(spec: ModelSpec, plan: Plan, value: object, classes: int) -> tuple[ModelSpec, Plan]:
    return spec, plan.but(optimizer=value, learning_rate=LEARNING_RATES[str(value)])


def _dropout(spec: ModelSpec, plan: Plan, value: object, classes: int) -> tuple[ModelSpec, Plan]:
    return (with_dropout(unregularised(spec), float(value)) if value else unregularised(spec)), plan


def _scale(spec: ModelSpec, plan: Plan, value: object, classes: int) -> tuple[ModelSpec, Plan]:
    return spec, plan.but(preparation=replace(plan.preparation, scale=value))


def _smoothing(spec: ModelSpec, plan: Plan, value: object, classes: int) -> tuple[ModelSpec, Plan]:
    """Smooth the labels; Keras' sparse loss can't smooth, so every combination has one-hot labels then."""
    loss = plan.loss if plan.loss_kind.smooths else ONE_HOT  # the same numbers as with sparse labels
    return spec, plan.but(loss=loss, label_smoothing=value)


AUGMENTATIONS = {
    "none": Augmentation(),
    "flip": Augmentation(flip=True),
    "shift": Augmentation(shift=2),
    "rotation": Augmentation(rotation=15.0),
    "brightness": Augmentation(brightness=0.2),
    "cutout": Augmentation(cutout=8),
    "flip+shift+cutout": Augmentation(flip=True, shift=2, cutout=8),
}
"""What training images may be varied by; strengths that suit images of 28 to 32 pixels (DeVries & Taylor 2017, arXiv:1708.04552
cut out squares of 8 to 16 pixels there)."""


def _augmentation(spec: ModelSpec, plan: Plan, value: object, classes: int) -> tuple[ModelSpec, Plan]:
    return spec, plan.but(augmentation=AUGMENTATIONS[str(value)])


FACTORS: dict[str, Factor] = {  # in the order in which they are applied: a learning rate is set after its optimizer
    "model": Factor(say("model"), lambda spec, plan, value, classes: (preset(str(value), classes), plan), MODELS),
    "dropout": Factor(say("dropout"), _dropout, example="0, 0.2, 0.5"),
    "optimizer": Factor(say("optimizer"), _optimizer, OPTIMIZERS),
    "learning_rate": Factor(say("learning rate"), _of_plan("learning_rate"), example="0.0003, 0.001, 0.003"),
    "batch_size": Factor(say("batch size"), _of_plan("batch_size"), whole=True, example="16, 64"),
    "epochs": Factor(say("epochs"), _of_plan("epochs"), whole=True, example="3, 6"),
    "l1": Factor(say("L1"), _of_plan("l1"), example="0, 0.0001"),
    "l2": Factor(say("L2"), _of_plan("l2"), example="0, 0.001"),
    "weight_decay": Factor(say("weight decay"), _of_plan("weight_decay"), example="0, 0.01"),
    "schedule": Factor(
        say("schedule"), lambda spec, plan, value, classes: (spec, plan.but(schedule=Schedule(kind=str(value)))), SCHEDULES
    ),
    "augmentation": Factor(say("augmentation"), _augmentation, tuple(AUGMENTATIONS)),
    "label_smoothing": Factor(say("label smoothing"), _smoothing, example="0, 0.1"),
    "scale": Factor(say("scale of the inputs"), _scale, SCALES),
    "start": Factor(say("initial weights"), _of_plan("start"), STARTS),
    "train_limit": Factor(say("training images"), _of_plan("train_limit"), whole=True, example="200, 800"),
    "seed": Factor(say("seed"), _of_plan("seed"), whole=True, example="0, 1, 2"),
}  # fmt: skip


def grid(spec: ModelSpec, plan: Plan, values: Mapping[str, Sequence[object]], classes: int) -> tuple[Arm, ...]:
    """Return an arm for every combination of the values, the last setting changing fastest.

    Raises PlanError for an unknown setting, for an invalid value, and for more than MOST_RUNS combinations.
    """
    for name in values:
        checks.known(PlanError, say("setting"), name, FACTORS)
    names = [name for name in FACTORS if values.get(name)]
    count = 1
    for name in names:
        count *= len(values[name])
    if count > MOST_RUNS:
        raise PlanError(
            "That would be {count} combinations, but an experiment may have {most} runs at once. Take values away.",
            count=count, most=MOST_RUNS,
        )  # fmt: skip
    arms = []
    for chosen in itertools.product(*(values[name] for name in names)):
        model, changed = spec, plan
        for name, value in zip(names, chosen, strict=True):
            if FACTORS[name].choices:
                checks.known(PlanError, FACTORS[name].title, value, FACTORS[name].choices)
            model, changed = FACTORS[name].change(model, changed, value, classes)
        said = tuple((name, FACTORS[name].said(value, name)) for name, value in zip(names, chosen, strict=True))
        arms.append(Arm(said, model, changed))
    return tuple(arms)


def read(name: str, typed: str) -> tuple[object, ...]:
    """Return the values in a text such as "0.1, 0.01", each once. Raises PlanError for anything that is no such value."""
    checks.known(PlanError, say("setting"), name, FACTORS)
    factor = FACTORS[name]
    if len(typed) > MOST_TEXT:
        raise PlanError("The values of {what} are longer than {most} characters.", what=factor.title, most=MOST_TEXT)
    values: list[object] = []
    for piece in (piece.strip() for piece in typed.replace(";", ",").split(",")):
        if piece:
            values.append(_value(factor, piece))
    return tuple(dict.fromkeys(values))


def _value(factor: Factor, piece: str) -> object:
    if factor.choices:
        checks.known(PlanError, factor.title, piece, factor.choices)
        return piece
    try:
        number = float(piece)
        if factor.whole and not number.is_integer():
            raise ValueError(piece)
        return int(number) if factor.whole else number
    except (ValueError, OverflowError):
        raise PlanError(
            "'{value}' is no value for {what}. Type numbers with commas between them, such as {example}.",
            value=piece[:40], what=factor.title, example=factor.example,
        ) from None  # fmt: skip
