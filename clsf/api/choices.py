"""What a caller of the Python API may say, made into a data set's name, a model and a plan."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from pathlib import Path

from clsf import checks, losses
from clsf.cli import arguments
from clsf.data import catalogue
from clsf.errors import PlanError
from clsf.model.spec import ModelSpec
from clsf.optimizers import DEFAULT
from clsf.plan import LEARNING_RATES, Plan, Preparation
from clsf.words import say

_PREPARATION = tuple(field.name for field in fields(Preparation))
_PLAN = tuple(field.name for field in fields(Plan) if field.name not in ("data", "preparation"))


def plan_of(data: str | Path, **choices: object) -> Plan:
    """Return a plan. `data`: a built-in name, or a folder or zip of images, which is read first.

    `choices` are fields of `Plan` and of its `Preparation` (`image_size`, `scale`); a field that is not given has the command
    line's default, the learning rate the optimizer's. Raises PlanError for an unknown field or value, DataError for the data.
    """
    for name in choices:
        checks.known(PlanError, say("setting"), name, (*_PLAN, *_PREPARATION))
    prepared = {name: choices.pop(name) for name in _PREPARATION if name in choices}
    optimizer = choices.setdefault("optimizer", DEFAULT)
    choices.setdefault("learning_rate", LEARNING_RATES.get(optimizer, 0.001))
    return Plan(data=data_name(data), preparation=Preparation(**prepared), **choices)


def data_name(data: str | Path) -> str:
    """Return the name of a data set, having read a folder or zip of images first. Raises DataError."""
    return arguments.data_name(str(data), argparse.Namespace())


def model_of(model: str | Path | ModelSpec, plan: Plan) -> ModelSpec:
    """Return a model that ends as the plan's loss and data need it: a preset's name, a JSON file or a ModelSpec. Raises SpecError."""
    classes = len(catalogue.info(plan.data).classes)
    spec = model if isinstance(model, ModelSpec) else arguments.model_spec(str(model), classes)
    return losses.fitted(spec, plan, classes)


def in_float64(plan: Plan, chosen: dict[str, object]) -> Plan:
    """Return a plan for a lockstep: float64 on the processor, unless the caller has `chosen` otherwise."""
    usual = {"dtype": "float64", "device": "cpu"}
    return replace(plan, **{name: value for name, value in usual.items() if name not in chosen})
