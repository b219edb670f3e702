"""Two data sets to measure the effect of a leak: same validation images, same number of training images, with and without the leak.

With the leak, random training images are left out; without it, those that are also in validation. The runs differ only in the leak.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clsf.data import catalogue, made_sets
from clsf.data.images import Dataset
from clsf.data.leaks.findings import SEED, SHARE, Checked, LeakFinding
from clsf.data.leaks.groups import groups
from clsf.data.split import split
from clsf.errors import DataError
from clsf.words import Sentence, say

LEAST = 0.3  # share of the training images that must be left

Sides = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Numbers of images: trained on and validated with the leak, trained on and validated without it."""


def pair(dataset: Dataset, kind: str, checked: Checked, names: Sequence[str] | None, owner: str | None) -> tuple[str, str]:
    """Make two data sets and return their names: with the leak that a finding of this kind reports, and without it.

    `owner`: the only one who sees them; None: everyone on this machine. Raises DataError if there is no such leak, or if too few
    images would be left.
    """
    finding = next((one for one in checked.findings if one.kind == kind and one.leaked), None)
    if finding is None:
        raise DataError("The images of '{name}' have no leak of the kind '{kind}'.", name=dataset.name, kind=kind)
    pixels, labels, sides = _sides(dataset, finding, names)
    with_leak, without = sides[:2], sides[2:]
    if len(without[0]) < LEAST * len(dataset.train) or len(np.unique(labels[without[0]])) < len(
        np.unique(dataset.train.labels)
    ):
        raise DataError(
            "Without the leak too few training images would be left: {count}. Collect images of other groups.",
            count=len(without[0]),
        )
    title = str(catalogue.info(dataset.name).title)
    return (
        _kept(dataset, pixels, labels, with_leak, say("{title}, with the leak", title=title), f"{kind}-with", owner),
        _kept(dataset, pixels, labels, without, say("{title}, without the leak", title=title), f"{kind}-without", owner),
    )  # fmt: skip


def _sides(dataset: Dataset, finding: LeakFinding, names: Sequence[str] | None) -> tuple[np.ndarray, np.ndarray, Sides]:
    train = dataset.train
    rng = np.random.default_rng(SEED)
    own = {"val": dataset.validation, "test": dataset.test}[finding.other] if finding.other else None
    if own is not None:
        pixels = np.concatenate([train.pixels, own.pixels])
        labels = np.concatenate([train.labels, own.labels])
        fit, judge = np.arange(len(train)), np.arange(len(train), len(labels))
    else:
        pixels, labels = train.pixels, train.labels
        fit, judge = split(labels, SHARE, SEED)
        if finding.kind == "group-across":
            return pixels, labels, (fit, judge, *_by_group(np.array(groups(names or [])[: len(labels)]), rng))
    leaked = np.isin(fit, finding.leaked)
    # The same number is left out of both: in the run with the leak, images without a copy in validation, if there are enough.
    clean, known = fit[~leaked], fit[leaked]
    out = rng.permutation(clean)[: min(len(known), int((1 - LEAST) * len(clean)))]
    return pixels, labels, (np.setdiff1d(fit, out), judge, clean, judge)


def _by_group(keys: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers to train on and to validate on, each group whole on one side."""
    every, judged, count = rng.permutation(np.unique(keys)), [], 0
    for key in every:
        if count >= SHARE * len(keys):
            break
        judged.append(key)
        count += int((keys == key).sum())
    mask = np.isin(keys, judged)
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def _kept(
    dataset: Dataset, pixels: np.ndarray, labels: np.ndarray, side: tuple[np.ndarray, np.ndarray], title: Sentence, what: str,
    owner: str | None,
) -> str:  # fmt: skip
    fit, judge = (np.sort(part) for part in side)
    order = np.concatenate([fit, judge])
    content = f"{dataset.name}\n{dataset.checksum}\n{what}\n".encode() + fit.tobytes() + judge.tobytes()
    return made_sets.keep(
        pixels[order], labels[order], dataset.train.classes, len(judge), title=title, owner=owner, content=content
    )
