"""Evaluating given weights on validation images inside a worker, before and after new statistics for batch normalisation.

Recalibration trains nothing: each batch goes through the model in training mode, and the batch statistics that batch normalisation
would move its averages towards are averaged over the batches. So evaluation uses the statistics of training. Source: Wu & Johnson
2021, "Rethinking 'Batch' in BatchNorm", section 3 (precise batch normalisation).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from clsf import backends
from clsf.backends.base import Evaluation, Weights
from clsf.data.images import Prepared
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.frameworks import USUAL
from clsf.model.changes import with_each
from clsf.model.spec import ModelSpec
from clsf.optimizers import PLAINEST
from clsf.plan import Augmentation, Plan, Schedule
from clsf.predict.session import models
from clsf.predict.values import ModelRequest
from clsf.training import epoch_order

BATCHES = 40  # at most, of the training images
MOVING = ("moving_mean", "moving_variance")


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good weights are on validation images, before and after recalibration; `after` is None if it was not requested."""

    before: Evaluation
    after: Evaluation | None
    batches: int


def judge(request: ModelRequest, recalibrate: bool = False) -> Judgement | None:
    """Return the quality of the request's weights on its plan's validation images; None: the worker does not have them."""
    held = models.of(request)
    if held is None:
        return None
    with held.lock:
        prepared = prepare(open_dataset(held.plan.data), held.plan)
        backend = held.build(prepared)
        before = backend.evaluate(np.sort(prepared.validation))
        if not recalibrate:
            return Judgement(before, None, 0)
        statistics, batches = fresh_statistics(request.framework, held.built_spec, held.plan, prepared, backend.get_weights())
        backend.set_weights(statistics)
        return Judgement(before, backend.evaluate(np.sort(prepared.validation)), batches)


def fresh_statistics(framework: str, spec: ModelSpec, plan: Plan, prepared: Prepared, weights: Weights) -> tuple[Weights, int]:
    """Return the weights with their moving statistics averaged over batches of training images, and how many batches."""
    still = plan.but(
        optimizer=PLAINEST, hyper={}, learning_rate=1.0, l1=0.0, l2=0.0, weight_decay=0.0, clipping=None, average=0.0, accumulate=1,
        schedule=Schedule(), plateau=None, augmentation=Augmentation(), variants=USUAL,
    )  # fmt: skip
    model = backends.load(framework).build(_remembering_nothing(spec), still, prepared, weights)
    order = epoch_order(prepared, plan, 1)
    order = [batch for batch in order if len(batch) == len(order[0])][:BATCHES]  # a small last batch would get too much weight
    sums = {name: np.zeros(array.shape, np.float64) for name, array in weights.items() if name.endswith(MOVING)}
    model.set_learning_rate(0.0)  # so that a step changes only the statistics
    for step, batch in enumerate(order):
        model.train_steps(batch[None], step)
        now = model.get_weights()
        for name in sums:
            sums[name] += now[name]
    fresh = {name: (total / len(order)).astype(weights[name].dtype) for name, total in sums.items()}
    return {**weights, **fresh}, len(order)


def _remembering_nothing(spec: ModelSpec) -> ModelSpec:
    """Return the model whose moving statistics are those of the last batch alone."""
    return with_each(spec, lambda layer: replace(layer, momentum=0.0) if layer.role == "Batchwise" else layer)
