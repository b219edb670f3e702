"""Whole scripts, and the part of them that trains."""

from __future__ import annotations

from clsf import FRAMEWORKS, checks, losses
from clsf.code import tensorflow_loop, tensorflow_script, torch_loop, torch_script
from clsf.code.pieces import Job
from clsf.errors import PlanError
from clsf.model.spec import ModelSpec
from clsf.plan import TENSORFLOW_VARIANTS, TORCH_VARIANTS, Plan
from clsf.words import say

VARIANTS = {"tensorflow": TENSORFLOW_VARIANTS, "torch": TORCH_VARIANTS}
_SCRIPTS = {"tensorflow": tensorflow_script, "torch": torch_script}
_LOOPS = {"tensorflow": tensorflow_loop, "torch": torch_loop}


def script(spec: ModelSpec, plan: Plan, framework: str) -> str:
    """Return a script that trains the model by the plan in one framework, and needs nothing of this package.

    Raises SpecError, PlanError or DataError where a run of the same plan would: a model that does not fit the data, a data
    set that is not known.
    """
    checks.known(PlanError, say("framework"), framework, FRAMEWORKS)
    job = Job(plan)
    fitted = losses.fitted(spec, plan, job.classes)
    losses.check(fitted, plan, job.shape, job.classes)
    return _SCRIPTS[framework].script(fitted, job)


def loop_code(framework: str, variant: str, plan: Plan) -> str:
    """Return the training loop that a variant of a framework runs, as it stands in the script."""
    checks.known(PlanError, say("framework"), framework, FRAMEWORKS)
    checks.known(PlanError, say("variant"), variant, VARIANTS[framework])
    return _LOOPS[framework].loop(Job(plan), variant).strip("\n") + "\n"
