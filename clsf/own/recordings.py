"""The split for images that come in recordings: frames of one recording are near-equal, so all of them go to one side.

Validating on a frame whose neighbour was trained on measures memorisation, not learning. Source for the term, and for the
effect in published work: Kapoor & Narayanan 2023, "Leakage and the reproducibility crisis in machine-learning-based science".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clsf.data.shuffle import shuffled
from clsf.data.split import split

SHARE = 0.2  # of a class's images that validate, as close as whole recordings allow
PURPOSE = 7
"""Goes into the seed; see `clsf.data.split.PURPOSE`."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Which images are trained on and which validate: int64, ascending, disjoint, together all of them."""

    train: np.ndarray
    validation: np.ndarray
    alone: tuple[int, ...] = ()  # classes of a single recording, whose last frames validate


def by_recording(labels: np.ndarray, recordings: np.ndarray, share: float = SHARE, seed: int = 0) -> Sides:
    """Return the split in which no recording is on both sides.

    From each class, recordings in an order drawn with the seed validate until they are about `share` of its images; at least one
    recording does, and at least one stays. A class of one recording can't be split this way: its last images validate,
    and the class is listed in `alone`, because these images are nearly equal to those before them. A class of one image is only
    trained on.
    """
    judged: list[np.ndarray] = []
    alone = []
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        wanted = max(1, round(share * len(mine)))
        every = np.unique(recordings[mine])
        if len(every) == 1:
            if len(mine) > 1:
                alone.append(int(label))
                judged.append(mine[-wanted:])
            continue
        judged.append(_whole(mine, recordings[mine], every[shuffled(len(every), PURPOSE, seed, int(label))], wanted))
    validation = np.sort(np.concatenate(judged or [np.zeros(0, np.int64)])).astype(np.int64)
    return Sides(np.setdiff1d(np.arange(len(labels)), validation), validation, tuple(alone))


def _whole(mine: np.ndarray, recordings: np.ndarray, order: np.ndarray, wanted: int) -> np.ndarray:
    """Return the images of whole recordings, first ones of `order`, that come nearest to `wanted` images; one recording stays."""
    chosen: list[int] = []
    count = 0
    for recording in order[:-1]:
        size = int((recordings == recording).sum())
        if chosen and abs(count + size - wanted) >= abs(count - wanted):
            continue
        chosen.append(int(recording))
        count += size
    return mine[np.isin(recordings, chosen)]


def by_frame(labels: np.ndarray, share: float = SHARE, seed: int = 0) -> Sides:
    """Return the usual split, which ignores the recordings. Raises DataError if there are too few images."""
    train, validation = split(labels, share, seed)
    return Sides(np.sort(train), np.sort(validation))


def divided(labels: np.ndarray, recordings: np.ndarray, whole: bool, seed: int = 0) -> Sides:
    """Return one of the two splits; `whole`: recordings stay whole."""
    return by_recording(labels, recordings, seed=seed) if whole else by_frame(labels, seed=seed)
