"""All known differences, one entry per name of `clsf.plan.DIFFERENCES`, and the plans that a switchboard produces.

A switch adds the entry's name to the `differences` of the framework that is to behave differently. Where an entry shows in
lockstep is exact, and tested: the first tensor that differs, in step 1, when only this entry is switched on.
"""

from __future__ import annotations

from collections.abc import Iterable

from clsf import FRAMEWORKS, checks
from clsf.compare.entries_layers import LAYERS
from clsf.compare.entries_learning import LEARNING
from clsf.compare.entries_transfer import TRANSFER
from clsf.compare.entry import Difference
from clsf.errors import PlanError
from clsf.plan import DIFFERENCES, Plan
from clsf.words import say

ENTRIES: dict[str, Difference] = {
    name: next(entry for entry in (*LEARNING, *LAYERS, *TRANSFER) if entry.name == name) for name in DIFFERENCES
}
"""Name -> entry, in the order of `clsf.plan.DIFFERENCES`."""


def switched(plan: Plan, names: Iterable[str]) -> Plan:
    """Return the plan with these differences switched on in addition to its own. Raises PlanError for an unknown name."""
    names = list(names)
    for name in names:
        checks.known(PlanError, say("difference"), name, DIFFERENCES)
    wanted = {*plan.differences, *names}
    return plan.but(differences=tuple(name for name in DIFFERENCES if name in wanted))


def plans(plan: Plan, chosen: dict[str, str]) -> dict[str, Plan]:
    """Return framework -> plan for a switchboard: entry -> name of the option chosen; entries not chosen stay aligned.

    Raises PlanError for an unknown entry or option.
    """
    does: dict[str, list[str]] = {framework: [] for framework in FRAMEWORKS}
    for name, option in chosen.items():
        checks.known(PlanError, say("difference"), name, DIFFERENCES)
        for framework, names in ENTRIES[name].option(option).does.items():
            does[framework] += names
    return {framework: switched(plan, names) for framework, names in does.items()}
