"""Continuing: a plan that begins with the weights of an earlier run, and what must be equal for a fair continuation."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np

from clsf.errors import PlanError
from clsf.plan import Plan

if TYPE_CHECKING:
    from clsf.backends.base import Weights

SPLIT = ("data", "seed", "validation_share", "train_limit", "preparation")
"""With any of these changed, validation images might be ones that the weights were trained on, or look different."""

MOST_BYTES = 128 << 20
"""Of the weights: they travel to a worker inside a message."""


def continued(plan: Plan, run_id: str, earlier: Plan, epochs: int) -> Plan:
    """Return the plan that continues from the weights that a run with the plan `earlier` kept after `epochs` epochs.

    The order of the batches and the dropout masks continue where they were, and the split uses the earlier plan's rule.
    The optimizer begins without a memory, as it does in both frameworks when only weights are loaded. Raises PlanError
    if the images would be split or prepared differently than before.
    """
    changed = [name for name in SPLIT if getattr(plan, name) != getattr(earlier, name)]
    if changed:
        raise PlanError(
            "The run {run} was trained with another {names}, so that images it has learned from might now be used to "
            "validate. Train on with the same data, preparation, seed and split.",
            run=run_id, names=", ".join(changed),
        )  # fmt: skip
    return plan.but(begin_from=run_id, split=earlier.split, epochs_before=earlier.epochs_before + epochs)


def packed(weights: Weights) -> str:
    """Return weights as text that a message can carry: an .npz file in base64. Raises PlanError if they are too big."""
    size = sum(array.nbytes for array in weights.values())
    if size > MOST_BYTES:
        raise PlanError(
            "The weights have {size} MB, but a run can be continued from at most {most} MB. Train a smaller model, or start again.",
            size=size >> 20, most=MOST_BYTES >> 20,
        )  # fmt: skip
    file = io.BytesIO()
    np.savez(file, **weights)
    return base64.b64encode(file.getvalue()).decode("ascii")


def unpacked(text: str) -> Weights:
    """Return the weights that `packed` wrote."""
    with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as arrays:
        return dict(arrays)
