"""Selected images of a run, for a page to show: a job for a worker, which has the data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.errors import DataError
from clsf.plan import Plan

MOST = 64  # images
SIDE = 64  # pixels; larger images are reduced to every second, third, … pixel


def pixels(plan: dict, indices: Sequence[int]) -> np.ndarray:
    """Return images as `plan` (JSON) prepares them, uint8 (n, h, w, channels). Raises DataError for invalid numbers."""
    read = Plan.from_json(plan)
    prepared = prepare(open_dataset(read.data), read)
    wanted = np.asarray(indices, np.int64)
    if wanted.ndim != 1 or len(wanted) > MOST or (len(wanted) and not 0 <= wanted.min() <= wanted.max() < len(prepared.pixels)):
        raise DataError(
            "These are not numbers of at most {most} images among {count}: {value}.",
            most=MOST, count=len(prepared.pixels), value=str(list(indices))[:80],
        )  # fmt: skip
    images = np.ascontiguousarray(prepared.pixels[wanted])
    every = max(-(-max(images.shape[1:3]) // SIDE), 1) if len(images) else 1
    return images[:, ::every, ::every]
