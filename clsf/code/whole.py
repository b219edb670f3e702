"""Whole scripts, and the part of them that trains."""

from __future__ import annotations

from collections.abc import Iterable

from clsf import FRAMEWORKS, checks, losses
from clsf.code import tensorflow_loop, tensorflow_script, torch_loop, torch_script
from clsf.code.job import Job
from clsf.errors import PlanError
from clsf.frameworks import VARIANTS
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.words import Sentence, say

_OF_FREEZING = ("frozen-bn-moves", "trainable-after-compile", "head-not-in-optimizer")

_SCRIPTS = {"tensorflow": tensorflow_script, "torch": torch_script}
_LOOPS = {"tensorflow": tensorflow_loop, "torch": torch_loop}


def script(
    spec: ModelSpec,
    plan: Plan,
    framework: str,
    changed: tuple[tuple[int, float], ...] = (),
    happened: Iterable[object] = (),
    exact: bool = False,
) -> str:
    """Return a script that trains the model by the plan in one framework, and needs nothing of this package.

    For a script of a run: `happened` are sentences that say what the run was beyond its plan, which stand at the top;
    `changed` are the learning rates that were set by hand (steps done before, rate), which the script sets at the same steps.

    `exact`: split, order of the batches, first weights, dropout masks and augmented images are drawn as in a run of the plan,
    so that the script repeats that run from the beginning; `clsf.code.departures` says what can't be repeated.

    Raises SpecError, PlanError or DataError where a run of the same plan would: a model that does not fit the data, a data
    set that is not known.
    """
    checks.known(PlanError, say("framework"), framework, FRAMEWORKS)
    check_written(plan)
    job = Job(plan, repeated(plan, changed), exact)
    fitted = losses.fitted(spec, plan, job.classes)
    losses.check(fitted, plan, job.shape, job.classes)
    return _told(happened, job) + _SCRIPTS[framework].script(fitted, job)


def not_written(plan: Plan) -> Sentence | None:
    """Return why no script can be written for a plan (pretrained weights and frozen layers are not supported), or None."""
    usual = plan.weights is None and plan.train_layers == "all" and not plan.freeze_norms and plan.backbone_rate is None
    if usual and not any(plan.does(name) for name in _OF_FREEZING):
        return None
    return say(
        "No script is written for a run with pretrained weights or frozen layers: it would need a file of weights. "
        "Download the trained model as a Keras, PyTorch or ONNX file, or in a capsule."
    )


def check_written(plan: Plan) -> None:
    """Raise PlanError for a plan that no script can be written for."""
    why = not_written(plan)
    if why is not None:
        raise PlanError(why)


def repeated(plan: Plan, changed: tuple[tuple[int, float], ...]) -> tuple[tuple[int, float], ...]:
    """Return the changes by hand that a script can repeat: none with a plateau schedule, which takes its own course after each."""
    return changed if plan.plateau is None else ()


def _told(happened: Iterable[object], job: Job) -> str:
    """Return comments. A run may come from a capsule, so nothing in them may end a comment."""
    rows = [f"# - {''.join(c for c in str(said) if c.isprintable())}" for said in happened]
    if not rows:
        return ""
    what = "the changes of the learning rate by hand, and nothing else of this" if job.changed else "nothing of this"
    return "\n".join(["# The run was not only what its settings say:", *rows, f"# This script repeats {what}.", ""]) + "\n"


def loop_code(framework: str, variant: str, plan: Plan) -> str:
    """Return the training loop that a variant of a framework runs, as it stands in the script."""
    checks.known(PlanError, say("framework"), framework, FRAMEWORKS)
    checks.known(PlanError, say("variant"), variant, VARIANTS[framework])
    return _LOOPS[framework].loop(Job(plan), variant).strip("\n") + "\n"
