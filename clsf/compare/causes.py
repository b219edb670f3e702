"""What may make the two sides of a lockstep differ on purpose: differences that are switched on, and frameworks' own rules."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.compare import differences
from clsf.compare.entry import Place, dropping, first_trained
from clsf.compare.sides import Side
from clsf.compare.values import FirstParting, LockstepStarted, StepDifference
from clsf.model.walk import Analysis
from clsf.optimizers import OPTIMIZERS, PLAINEST
from clsf.plan import Plan
from clsf.words import Sentence, say

AT_EVALUATION = ("bn-momentum", "bn-variance", "dropout-at-evaluation", "eval-mode")
"""Differences that leave training unchanged: they affect only moving statistics and evaluation."""


@dataclass(frozen=True, slots=True)
class KnownCause:
    """One setting that differs and has an effect on this model and plan."""

    title: Sentence
    place: Place  # the first tensor that it changes, in step 1
    trains: bool = True  # whether training itself changes

    def reaches(self, parting: FirstParting, started: LockstepStarted, steps: list[StepDifference]) -> bool:
        """Return whether this cause can explain a first difference: whether it acts on that tensor or on an earlier one."""
        if not self.trains:
            return parting.phase == "evaluation" or parting.tensor.endswith((".moving_mean", ".moving_variance"))
        if parting.step > 1:
            return True
        order = [("forward", t.name) for t in started.weights]
        order += [(t.phase, t.name) for step in steps[:1] for t in step.tensors]
        here = (parting.phase, parting.tensor)
        return self.place in order and here in order and order.index(self.place) <= order.index(here)


def causes(reference: Side, other: Side, started: LockstepStarted) -> list[KnownCause]:
    """Return the causes that are set to differ between two sides."""
    analysis, plan = other.spec.analyse(started.input_shape), other.plan
    listed = []
    for name in at_work(switched_on(reference, other), other, started):
        entry = differences.ENTRIES[name]
        listed.append(KnownCause(entry.title, entry.parts_at(analysis, plan), name not in AT_EVALUATION))
    if plan.rules == "native" and reference.framework != other.framework:
        listed += _own_rules(analysis, plan)
    return listed


def switched_on(reference: Side, other: Side) -> list[str]:
    """Return the differences that only one of the two sides has."""
    mine, theirs = reference.plan.differences, other.plan.differences
    return [name for name in theirs if name not in mine] + [name for name in mine if name not in theirs]


def at_work(switched: list[str], other: Side, started: LockstepStarted) -> list[str]:
    """Return the differences that can have an effect on this model and plan."""
    analysis = other.spec.analyse(started.input_shape)
    return [name for name in switched if differences.ENTRIES[name].idle(analysis, other.plan) is None]


def _own_rules(analysis: Analysis, plan: Plan) -> list[KnownCause]:
    """Return the causes that the rules "native" bring."""
    rules = []
    if dropping(analysis):
        title = say("Random numbers of dropout: each framework draws its own (rules: native)")
        rules.append(KnownCause(title, ("forward", dropping(analysis)[0].path)))
    declared = OPTIMIZERS[plan.optimizer]
    coupled = plan.weight_decay > 0 and plan.optimizer != PLAINEST and not declared.decoupled
    if declared.differs or coupled or (declared.remembers_rate and plan.schedule.varies):
        title = say("Optimizer: each framework follows its own rule of that name (rules: native)")
        rules.append(KnownCause(title, ("update", first_trained(analysis, plan))))
    return rules
