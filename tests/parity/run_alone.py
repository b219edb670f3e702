"""Train by a plan inside a framework's process, without an engine, as a worker does."""

from __future__ import annotations

from clsf import backends, losses
from clsf.backends.start import start_weights
from clsf.control import Control
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.events import EpochEnded
from clsf.model.changes import changed
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.training import train


def epochs(framework: str, spec: ModelSpec, plan: Plan) -> list[tuple[float, float, float, float]]:
    """Return the numbers at each epoch's end: training loss and accuracy, validation loss and accuracy."""
    plan = plan.as_prepared  # as `clsf.training` does before it prepares
    prepared = prepare(open_dataset(plan.data), plan)
    built = changed(losses.fitted(spec, plan, len(prepared.classes)), plan.differences)
    start = start_weights(built.analyse(prepared.shape), plan)
    backend = backends.load(framework).build(built, plan, prepared, start)
    ended = [e for e in train(backend, framework, prepared, plan, Control(), built) if isinstance(e, EpochEnded)]
    return [(e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy) for e in ended]
