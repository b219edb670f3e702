"""Shuffling that never changes: same seeds, same order, on every machine and with every NumPy.

NumPy may change what `Generator.permutation` gives (NEP 19), but neither the hash in SeedSequence nor the raw 64-bit
stream of PCG64. So sorting raw numbers gives a shuffle that can be repeated for a stored run.
"""

from __future__ import annotations

import numpy as np


def shuffled(count: int, *seeds: int) -> np.ndarray:
    """Return 0 … count-1 in an order decided by the seeds, whole numbers from 0; int64, (count,)."""
    keys = np.random.PCG64(np.random.SeedSequence(seeds)).random_raw(count)
    return np.argsort(keys, kind="stable").astype(np.int64)
