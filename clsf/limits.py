"""What this server refuses to train, computed before training begins: too many parameters, images or epochs, too much memory."""

from __future__ import annotations

import math

from clsf.errors import EngineError
from clsf.model.freezing import fixed, frozen_weights, own_row, place
from clsf.model.spec import Layer
from clsf.model.walk import Analysis
from clsf.optimizers import OPTIMIZERS
from clsf.plan import Plan
from clsf.settings import Settings

ITEM_BYTES = {"float32": 4, "float64": 8}

FRAMEWORK_BYTES = 870_000_000
"""Of a worker in its first run, whatever it trains: PyTorch, ready, holds 720 MB, and lecture-cnn on digits passes 860 to 880 MB
(measured; two-block-cnn, batch 128, 32×32×3: 940 MB at most). TensorFlow was not measured."""

ONCE_TOGETHER = 32
"""Images that go through frozen layers together: more is hardly faster and takes more memory."""

USABLE = 0.95
"""Share of a worker's memory limit; above it the worker is ended (`distributed.worker.memory.terminate` in `clsf.engine.tuning`)."""


def memory_bytes(analysis: Analysis, plan: Plan) -> int:
    """Return roughly the least memory a worker needs, in bytes: the framework; each parameter's weight, with gradient and optimizer
    state if it trains; and for each image of a batch every layer's output and its gradient.

    Layers whose outputs are computed once don't keep them: only the widest counts, with input and output of some images.
    Raises SpecError if the plan freezes more than the model has.
    """
    item, row = ITEM_BYTES[plan.dtype], own_row(analysis)
    once = computed_once(row, plan)
    outputs = [(math.prod(facts.out_shape), place(facts.path) < once) for facts in analysis.layers]
    weights = analysis.parameters + (1 + OPTIMIZERS[plan.optimizer].slots) * _not_frozen(analysis, plan)
    passing = 2 * ONCE_TOGETHER * max((size for size, first in outputs if first), default=0)
    learning = 2 * plan.batch_size * sum(size for size, first in outputs if not first)
    return FRAMEWORK_BYTES + item * (weights + max(passing, learning))


def _not_frozen(analysis: Analysis, plan: Plan) -> int:
    """Return how many parameters a model has outside of its frozen layers."""
    still = frozen_weights(analysis, plan.freezes)
    return sum(weight.size for name, weight in analysis.named_weights().items() if name not in still)


def computed_once(layers: tuple[Layer, ...], plan: Plan) -> int:
    """Return how many layers from the start a run computes once for each image; 0 if images or layers vary from step to step.

    Raises SpecError if the plan freezes more than the model has.
    """
    if plan.augmentation.any or plan.mixed or plan.does("frozen-bn-moves"):
        return 0
    return fixed(layers, plan.freezes)


def require(settings: Settings, analysis: Analysis, plan: Plan, images: int, worker_bytes: int | None) -> None:
    """Raise EngineError, naming the limit, if this is more than the server allows or a worker that may use
    `worker_bytes` can hold."""
    parameters = _not_frozen(analysis, plan)  # frozen ones only need memory for themselves
    if parameters > settings.max_parameters:
        raise EngineError(
            "The model has {count} parameters, but this server trains models of at most {most}. Use fewer filters or units, or "
            "pool before the first dense layer.",
            count=f"{parameters:,}", most=f"{settings.max_parameters:,}",
        )  # fmt: skip
    if plan.epochs > settings.max_epochs:
        raise EngineError(
            "{count} epochs are asked for, but this server trains at most {most} at once.",
            count=f"{plan.epochs:,}", most=f"{settings.max_epochs:,}",
        )  # fmt: skip
    if images > settings.max_images:
        raise EngineError(
            "There are {count} images to train on, but this server trains on at most {most}. Limit the training images.",
            count=f"{images:,}", most=f"{settings.max_images:,}",
        )  # fmt: skip
    needed = memory_bytes(analysis, plan) / USABLE
    if worker_bytes is not None and needed > worker_bytes:
        raise EngineError(
            "Training this needs about {needed} GB of memory, but a worker here may use {most} GB. Make the batch size, the images "
            "or the model smaller, or give the workers more memory (CLSF_WORKER_MEMORY).",
            needed=f"{needed / 1e9:,.2f}", most=f"{worker_bytes / 1e9:,.2f}",
        )  # fmt: skip
