"""The difference between two frameworks that add the same float32 products in another order"""

from __future__ import annotations

import numpy as np

from clsf.backends.base import Weights

CLOSE = 1e-6  # relative to the largest output, or to 1
UNIT = 2.0**-23  # the step between float32 numbers at 1


def allowed(before: np.ndarray, after: np.ndarray, weights: Weights) -> float:
    """Return the largest difference that rounding explains, for one layer with the same inputs in both frameworks.

    A sum's error grows with its terms, not with its result, because products of both signs cancel: the bound, in float32 steps,
    is the largest input times the largest sum of |weights| of a filter or unit (Higham 2002, section 4.2).
    """
    bound = CLOSE * max(1.0, float(np.abs(after).max(initial=0)))
    for name, array in weights.items():
        if name.endswith("kernel"):
            axes = tuple(range(2)) if name.endswith("depthwise_kernel") else tuple(range(array.ndim - 1))
            added = float(np.abs(array).sum(axis=axes).max()) * float(np.abs(before).max(initial=0))
            bound = max(bound, UNIT * added)
    return bound
