"""Whether a task is done, from the real state of the student's session.

    model parameters<=50000 kinds~…
    run data=digits epochs>=3 gap>=0.1

A check names what to look for, and conditions. The matching things in a session are the candidates, each a set of named values;
the task is done as soon as one candidate meets all conditions. So teachers can write new tasks without Python.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clsf import checks
from clsf.course.finding import number_of
from clsf.errors import CourseError
from clsf.words import Sentence, say

Candidate = Mapping[str, object]

FIELDS: dict[str, tuple[str, ...]] = {
    "tensors": ("task",),
    "image": ("data", "index", "label"),
    "layers": ("layers", "kinds", "last", "view", "height", "width", "channels"),
    "model": ("name", "parameters", "layers", "kinds"),
    "run": (
        "framework", "frameworks", "model", "data", "status", "epochs", "parameters", "train_accuracy", "validation_accuracy",
        "train_loss", "gap", "optimizer", "learning_rate", "batch_size", "kinds",
    ),
    "code": ("framework", "faults", "lines"),
    "guess": ("source", "runs"),
    "buglab": ("solved", "points"),
    "scores": ("loss", "share", "steps"),
    "downhill": ("rule", "steps", "learning_rate"),
    "neighbours": ("network", "framework", "proper", "shuffled", "lost"),
    "own_part": ("part", "choices", "raised"),
    "workers": ("workers", "parts", "statistics", "frameworks", "apart"),
}  # fmt: skip
"""A kind of thing to look for, and the values that a condition may name."""

LABELS: dict[str, Sentence] = {
    "task": say("task"), "data": say("data set"), "index": say("number of the image"), "label": say("class"), "layers": say("layers"),
    "kinds": say("kinds of layers"), "last": say("last layer"), "view": say("view"), "height": say("height"), "width": say("width"),
    "channels": say("channels"), "name": say("name"), "parameters": say("parameters"), "framework": say("framework"),
    "frameworks": say("frameworks"), "model": say("model"), "status": say("state"), "epochs": say("epochs"),
    "train_accuracy": say("training accuracy"), "validation_accuracy": say("validation accuracy"), "train_loss": say("training loss"),
    "gap": say("training accuracy above validation accuracy by"), "optimizer": say("optimizer"), "learning_rate": say("learning rate"),
    "batch_size": say("batch size"), "faults": say("faults"), "lines": say("lines"), "source": say("where the image comes from"),
    "runs": say("models that answered"), "solved": say("solved cases"), "points": say("points"), "rule": say("update rule"),
    "steps": say("steps"), "network": say("network"), "proper": say("accuracy on proper images"),
    "shuffled": say("accuracy on shuffled images"), "lost": say("accuracy lost"), "part": say("part"), "choices": say("choices"),
    "raised": say("frameworks that raise an error"), "workers": say("workers"), "parts": say("parts of a batch"),
    "statistics": say("mean and variance of"), "loss": say("loss"), "share": say("share of the right class"), "apart": say("largest difference from one device"),
}  # fmt: skip
"""Value of a check -> what a student reads for it."""

WANTED = {
    "<=": lambda value: say("at most {value}", value=value), ">=": lambda value: say("at least {value}", value=value),
    "!=": lambda value: say("not {value}", value=value), "<": lambda value: say("less than {value}", value=value),
    ">": lambda value: say("more than {value}", value=value), "~": lambda value: say("with {value}", value=value),
    "=": lambda value: value,
}  # fmt: skip
"""Operator of a condition -> its wording."""

OPERATORS = {
    "<=": operator.le, ">=": operator.ge, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "=": operator.eq,
    "~": lambda value, wanted: str(wanted) in [str(each) for each in value] if isinstance(value, tuple | list | frozenset | set) else str(wanted) in str(value),
}  # fmt: skip
"""`~`: contains."""

_CONDITION = re.compile(r"([a-z_]+)(<=|>=|!=|<|>|=|~)(\S+)\Z")


@dataclass(frozen=True, slots=True)
class Condition:
    """One named value of a candidate, compared with what is wanted."""

    field: str
    sign: str
    wanted: float | str

    def met(self, candidate: Candidate) -> bool:
        value = candidate.get(self.field)
        if isinstance(value, str) and isinstance(self.wanted, float) and self.sign != "~":
            value = number_of(value)  # a class may be called 7
        if value is None or (isinstance(self.wanted, float) and self.sign != "~" and not isinstance(value, int | float)):
            return False
        return bool(OPERATORS[self.sign](value, self.wanted))

    def wish(self) -> Sentence | str:
        """Return the wanted value as a student reads it."""
        return WANTED[self.sign](_shown(self.wanted))


@dataclass(frozen=True, slots=True)
class Check:
    """What a session must contain for a task to be done."""

    what: str  # a name in FIELDS
    conditions: tuple[Condition, ...]

    def met(self, candidates: Iterable[Candidate]) -> bool:
        return any(all(condition.met(candidate) for condition in self.conditions) for candidate in candidates)

    def missing(self, candidates: Iterable[Candidate]) -> Sentence:
        """Return what is still missing: the first condition that the closest candidate does not meet."""
        nearest, unmet = None, self.conditions
        for candidate in candidates:
            left = tuple(condition for condition in self.conditions if not condition.met(candidate))
            if nearest is None or len(left) < len(unmet):
                nearest, unmet = candidate, left
        if nearest is None:
            return say("Nothing of this kind was found in your session yet.")
        if not unmet:
            return say("Done.")
        first = unmet[0]
        return say(
            "So far, {field}: {found}. Wanted: {wanted}.", field=LABELS[first.field], found=_shown(nearest.get(first.field)),
            wanted=first.wish(),
        )  # fmt: skip


def check(text: str) -> Check:
    """Return the check that a line of a lesson describes. Raises CourseError if it is not valid."""
    what, *rest = text.split() or [""]
    checks.known(CourseError, say("check"), what, FIELDS)
    conditions = []
    for part in rest:
        match = _CONDITION.match(part)
        if match is None:
            raise CourseError("'{text}' is no condition. Write it as parameters<=50000, without blanks.", text=part[:60])
        field, sign, wanted = match.groups()
        checks.known(CourseError, say("value of a check"), field, FIELDS[what])
        try:
            conditions.append(Condition(field, sign, float(wanted)))
        except ValueError:
            conditions.append(Condition(field, sign, wanted))
    if not conditions:
        raise CourseError("A check needs at least one condition, such as {field}=…", field=FIELDS[what][0])
    return Check(what, tuple(conditions))


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.3g}"
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(map(str, value)) or "–"
    return f"{value:,}" if isinstance(value, int) else str(value)
