"""The settings in which runs differ: every setting of model and plan by name, and only those that are not equal in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.happened import Happened
from clsf.runs.record import RunRecord
from clsf.schedule_kinds import CONSTANT
from clsf.words import Sentence, say


class PlannedRun(Protocol):
    """A run, as far as its settings go; `clsf.runs.record.RunRecord` is one."""

    framework: str
    model: ModelSpec
    plan: Plan


TITLES: dict[str, Sentence] = {
    "framework": say("framework"),
    "model": say("model"),
    "data": say("data"),
    "image_size": say("image size"),
    "colour": say("colour"),
    "scale": say("scale of the inputs"),
    "train_limit": say("training images"),
    "split": say("version of the split"),
    "epochs": say("epochs"),
    "batch_size": say("batch size"),
    "optimizer": say("optimizer"),
    "learning_rate": say("learning rate"),
    "rules": say("rules"),
    "start": say("initial weights"),
    "dtype": say("precision"),
    "seed": say("seed"),
    "loss": say("loss"),
    "label_smoothing": say("label smoothing"),
    "l1": say("L1"),
    "l2": say("L2"),
    "weight_decay": say("weight decay"),
    "schedule": say("schedule"),
    "plateau": say("reduce on plateau"),
    "stopping": say("early stopping"),
    "augmentation": say("augmentation"),
    "begin_from": say("begun from"),
    "rate_by_hand": say("learning rate by hand (step: rate)"),
    "stopped_early": say("stopped early after epoch"),
    "differences": say("differences on purpose"),
}
"""What a setting is called; one that is not here is called as in code."""

NO_SETTING = ("epochs_before", "look_inside")
"""Fields of a plan that do not change what is learned, or that follow from another one."""


def title(name: str) -> Sentence:
    """Return what a setting is called."""
    return TITLES.get(name) or say("{name}", name=name.replace("_", " "))


def settings(run: PlannedRun) -> dict[str, object]:
    """Return name -> value of everything that was chosen for a run, in the order of TITLES, then the rest."""
    values = asdict(run.plan)
    values |= values.pop("preparation")
    known = {"framework": run.framework, "model": run.model.name, **values}
    if isinstance(run, RunRecord):  # an arm that was not trained yet is only a plan
        was = Happened.of(run)
        known["rate_by_hand"] = tuple(f"{step}: {rate:g}" for step, rate in was.changed)
        known["stopped_early"] = was.stopped_early
    names = [*(name for name in TITLES if name in known), *(name for name in known if name not in TITLES)]
    return {name: known[name] for name in names if name not in NO_SETTING}


def differing(runs: Sequence[PlannedRun]) -> dict[str, list[object]]:
    """Return name -> one value per run of the settings that are not the same in all of them.

    Models of one name and other layers are told apart by how many layers they have, then by number.
    """
    each = [settings(run) for run in runs]
    names = dict.fromkeys(name for value in each for name in value)
    table = {name: [value.get(name) for value in each] for name in names}
    if len({run.model for run in runs}) > len({run.model.name for run in runs}):
        table["model"] = _models([run.model for run in runs])
    return {name: values for name, values in table.items() if any(value != values[0] for value in values)}


def shown(value: object) -> Sentence:
    """Return a setting's value as a reader reads it."""
    if value is None or value == () or value == []:
        return say("–")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, float):
        return say("{name}", name=f"{value:g}")
    if isinstance(value, Mapping):
        parts = [_part(name.replace("_", " "), v) for name, v in _told(value)]
        return say("{name}", name=", ".join(parts)) if parts else say("–")
    if isinstance(value, tuple | list):
        return say("{name}", name=", ".join(map(str, value)))
    return say("{name}", name=str(value))


def _part(name: str, value: object) -> str:
    return name if value is True else f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"


def _told(value: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return the parts of a plan's field that are worth showing: nothing that is off."""
    if value.get("kind") == CONSTANT and not value.get("warmup_epochs"):
        return []
    if "restore_best" in value and value.get("patience") is None and not value["restore_best"] and not value.get("checkpoint"):
        return []
    return [(name, v) for name, v in value.items() if v not in (None, False) and not (isinstance(v, int | float) and v == 0)]


def _models(models: Sequence[ModelSpec]) -> list[object]:
    known: dict[str, list[ModelSpec]] = {}
    for model in models:
        same = known.setdefault(model.name, [])
        if model not in same:
            same.append(model)
    return [
        model.name if len(known[model.name]) == 1 else f"{model.name} #{known[model.name].index(model) + 1}" for model in models
    ]
