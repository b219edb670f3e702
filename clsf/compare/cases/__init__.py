"""Published gaps between the two frameworks, each trained again with one cause removed at a time. See `clsf.compare.cases.case`."""

from __future__ import annotations

from clsf import checks
from clsf.compare.cases.case import Case
from clsf.compare.cases.crossedwires import BATCH_NORM, RESIDUAL, WITHOUT_NORM
from clsf.compare.cases.lecture import LECTURE
from clsf.compare.cases.threads import DECAY, DEPTH, EPSILON, FLATTEN, PADDING, TWICE
from clsf.errors import PlanError
from clsf.words import say

CASES: dict[str, Case] = {
    case.name: case for case in (LECTURE, BATCH_NORM, RESIDUAL, WITHOUT_NORM, PADDING, FLATTEN, EPSILON, DECAY, DEPTH, TWICE)
}
"""Name -> case, in the order of the page."""


def case_of(name: str) -> Case:
    """Return the case with this name. Raises PlanError listing the known ones."""
    checks.known(PlanError, say("case"), name, CASES)
    return CASES[name]
