"""The initial weights of a run, the same arrays for both frameworks.

They are drawn in NumPy, and pretrained where the plan says so.
"""

from __future__ import annotations

from clsf.backends.base import Weights
from clsf.backends.initial import initial_weights
from clsf.data import pretrained
from clsf.data.progress import Progress, silent
from clsf.model.walk import Analysis
from clsf.plan import Plan


def start_weights(analysis: Analysis, plan: Plan, progress: Progress = silent) -> Weights:
    """Return a run's initial weights: drawn, and pretrained where the plan says so.

    Raises PlanError if the model has no layers of a pretrained network, DataError if its weights can't be had.
    """
    kernels = "kaiming" if plan.does("initial-weights") else plan.start
    biases = "kaiming" if plan.does("bias-init") else plan.start
    drawn = initial_weights(analysis, kernels, plan.seed, plan.dtype, biases)
    return drawn if plan.weights is None else drawn | pretrained.begin(analysis, plan.weights, plan.dtype, progress)
