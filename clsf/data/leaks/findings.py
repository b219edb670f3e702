"""Problems in the images of a data set before training: leaks, contradicting labels, broken files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from clsf.data.images import Dataset, Images
from clsf.data.leaks.alike import near, same
from clsf.data.leaks.groups import groups
from clsf.data.split import split
from clsf.errors import DataError
from clsf.words import Sentence, say, say_n

SHARE, SEED = 0.2, 0
"""Share of the validation part that a training draws if the set has none of its own."""

LISTED = 200  # pairs of a finding that are kept
UNEVEN = 10  # times as many images in the largest class as in the smallest

Place = tuple[str, int]
"""An image: its part ("train", "val", "test") and its number in it, from 0."""


@dataclass(frozen=True)
class LeakFinding:
    """One problem: how often, where, what it means, and what to do."""

    kind: str  # see KINDS
    count: int
    said: Sentence
    means: Sentence
    do: Sentence
    pairs: tuple[tuple[Place, Place], ...] = ()  # the first ones
    images: tuple[Place, ...] = ()
    leaked: tuple[int, ...] = field(default=(), repr=False)  # training images that are also in the other part, ascending
    other: str = ""  # that part, "val" or "test"


KINDS = (
    "same-across", "near-across", "group-across", "labels-disagree", "same-within", "near-within", "class-missing",
    "class-order", "class-count", "broken", "blank",
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """The findings of a data set, the worst first, and what was checked."""

    findings: tuple[LeakFinding, ...]
    counts: tuple[tuple[str, int], ...]  # part, images
    compared: int  # images compared by perceptual hashes
    names: bool  # whether the file names, which give the groups, are known


class _Parts:
    """All images of a set in one row: training images, its own validation images, test images."""

    def __init__(self, dataset: Dataset) -> None:
        parts = {"train": dataset.train, "val": dataset.validation, "test": dataset.test}
        self.images: dict[str, Images] = {part: images for part, images in parts.items() if images is not None and len(images)}
        self.counts = tuple((part, len(images)) for part, images in self.images.items())
        self.labels = np.concatenate([images.labels for images in self.images.values()])
        self.part = np.concatenate([np.full(count, place) for place, (_, count) in enumerate(self.counts)])
        self.first = np.cumsum([0, *(count for _, count in self.counts)])

    def pixels(self) -> np.ndarray:
        return np.concatenate([images.pixels for images in self.images.values()])

    def place(self, number: int) -> Place:
        at = int(self.part[number])
        return self.counts[at][0], int(number - self.first[at])

    def places(self, pairs: Sequence[tuple[int, int]]) -> tuple[tuple[Place, Place], ...]:
        return tuple((self.place(a), self.place(b)) for a, b in pairs[:LISTED])


def check(dataset: Dataset, meta: dict, names: Sequence[str] | None = None) -> Checked:
    """Check a data set. `meta`: its meta.json; `names`: path of each image, training images first, then validation and test.

    Raises DataError if it has no image.
    """
    parts = _Parts(dataset)
    if not len(parts.labels):
        raise DataError("The data set '{name}' has no image.", name=dataset.name)
    pixels = parts.pixels()
    sames = same(pixels)
    equal = np.array([(group[0], other) for group in sames for other in group[1:]], np.int64).reshape(-1, 2)
    first = np.ones(len(pixels), bool)  # only one of several equal images is compared with others
    first[equal[:, 1]] = False
    flat = _blank(pixels)
    among = np.flatnonzero(first & ~flat)
    almost = among[near(pixels[among])].reshape(-1, 2)
    drawn = _drawn(parts)
    everything = [
        *_twins("same", equal, parts, drawn, sames), *_twins("near", almost, parts, drawn),
        *_grouped(names, parts, drawn), _disagreeing(equal, almost, parts), *_classes(dataset, parts), _broken(meta),
        _flat(flat, parts),
    ]  # fmt: skip
    rank = {kind: place for place, kind in enumerate(KINDS)}
    findings = sorted((finding for finding in everything if finding is not None), key=lambda finding: rank[finding.kind])
    return Checked(tuple(findings), parts.counts, len(among), names is not None)


def _drawn(parts: _Parts) -> np.ndarray | None:
    """Return which training images a training would hold back for validation, bool; None if the set has its own."""
    if "val" in parts.images:
        return None
    labels = parts.images["train"].labels
    try:
        _, validation = split(labels, SHARE, SEED)
    except DataError:
        return None
    mask = np.zeros(len(labels), bool)
    mask[validation] = True
    return mask


def _blank(pixels: np.ndarray) -> np.ndarray:
    return pixels.reshape(len(pixels), -1).max(axis=1) == pixels.reshape(len(pixels), -1).min(axis=1)


def _twins(
    how: str, pairs: np.ndarray, parts: _Parts, drawn: np.ndarray | None, sames: Sequence[np.ndarray] = ()
) -> list[LeakFinding]:
    """Return the findings of copies between parts and inside parts."""
    if sames:  # of three equal images in two parts, each pair between them counts
        crossing = [(a, b) for group in sames for a in group for b in group if a < b and parts.part[a] != parts.part[b]]
        across = np.array(crossing, np.int64).reshape(-1, 2)
    else:
        across = pairs[parts.part[pairs[:, 0]] != parts.part[pairs[:, 1]]]
    within = pairs[parts.part[pairs[:, 0]] == parts.part[pairs[:, 1]]]
    findings = []
    for part, _ in parts.counts[1:]:
        here = np.array([parts.place(b)[0] == part and parts.place(a)[0] == "train" for a, b in across], bool)
        if here.any():
            findings.append(_across(how, across[here], part, parts))
    if len(within):
        findings.append(_within(how, within, parts, drawn))
    return findings


def _across(how: str, pairs: np.ndarray, part: str, parts: _Parts) -> LeakFinding:
    count = len(np.unique(pairs[:, 1]))
    share = f"{count / dict(parts.counts)[part]:.1%}"
    values = {"count": f"{count:,}", "share": share}
    if part == "test":
        said = (
            say_n("{count} test image ({share}) is a training image too.", "{count} test images ({share}) are training images too.", count, **values)
            if how == "same"
            else say_n("{count} test image ({share}) is almost a training image: resized, compressed, brighter, mirrored, moved or cut.", "{count} test images ({share}) are almost training images: resized, compressed, brighter, mirrored, moved or cut.", count, **values)
        )  # fmt: skip
        means = say("The model can have memorised these, so accuracy on the test images comes out too good.")
    else:
        said = (
            say_n("{count} validation image ({share}) is a training image too.", "{count} validation images ({share}) are training images too.", count, **values)
            if how == "same"
            else say_n("{count} validation image ({share}) is almost a training image: resized, compressed, brighter, mirrored, moved or cut.", "{count} validation images ({share}) are almost training images: resized, compressed, brighter, mirrored, moved or cut.", count, **values)
        )  # fmt: skip
        means = say("The model can have memorised these, so validation comes out too good and overfitting is seen too late.")
    return LeakFinding(
        f"{how}-across", count, said, means, say("Take them out of the training images, not out of the others."), parts.places(pairs),
        leaked=tuple(int(n) for n in np.unique(pairs[:, 0])), other=part,
    )  # fmt: skip


def _within(how: str, pairs: np.ndarray, parts: _Parts, drawn: np.ndarray | None) -> LeakFinding:
    count = len(np.unique(pairs[:, 1]))
    torn = [] if drawn is None else [(a, b) for a, b in pairs if parts.part[b] == 0 and drawn[a] != drawn[b]]
    said = (
        say_n("{count} image is in its part more than once.", "{count} images are in their part more than once.", count, count=f"{count:,}")
        if how == "same"
        else say_n("{count} image is almost the same as another of its part.", "{count} images are almost the same as others of their part.", count, count=f"{count:,}")
    )  # fmt: skip
    if torn:
        means = say_n(
            "Validation images are drawn from the training images: with seed {seed} and {share} of them, {count} pair is split between them, "
            "so validation knows images that were trained on.",
            "Validation images are drawn from the training images: with seed {seed} and {share} of them, {count} pairs are split between them, "
            "so validation knows images that were trained on.",
            len(torn), count=f"{len(torn):,}", seed=SEED, share=f"{SHARE:.0%}",
        )  # fmt: skip
    else:
        means = say("An image that is there twice counts twice. No pair of these lies in two parts.")
    leaked = sorted({int(a if drawn[b] else b) for a, b in torn})
    ordered = [*torn, *(tuple(pair) for pair in pairs if tuple(pair) not in set(map(tuple, torn)))] if torn else list(pairs)
    return LeakFinding(
        f"{how}-within", count, said, means, say("Keep one of each pair, or keep pairs on one side of the split."),
        parts.places(ordered), leaked=tuple(leaked), other="val" if leaked else "",
    )  # fmt: skip


def _disagreeing(equal: np.ndarray, almost: np.ndarray, parts: _Parts) -> LeakFinding | None:
    pairs = np.concatenate([equal, almost])
    pairs = pairs[parts.labels[pairs[:, 0]] != parts.labels[pairs[:, 1]]]
    if not len(pairs):
        return None
    return LeakFinding(
        "labels-disagree", len(pairs),
        say_n("{count} pair of equal images has two labels.", "{count} pairs of equal images have two labels.", len(pairs), count=f"{len(pairs):,}"),
        say("One of the two labels is wrong. No model can be right on both, and a training on them learns what isn't so."),
        say("Look at each pair and correct the label, or take both out."), parts.places([tuple(pair) for pair in pairs]),
    )  # fmt: skip


def _grouped(names: Sequence[str] | None, parts: _Parts, drawn: np.ndarray | None) -> list[LeakFinding]:
    keys = groups(names) if names is not None and len(names) == len(parts.labels) else None
    if keys is None:
        return []
    keys = np.array(keys)
    findings = []
    train = len(parts.images["train"])
    for part, _ in parts.counts[1:]:
        here = np.flatnonzero(parts.part == [p for p, _ in parts.counts].index(part))
        findings += _shared_groups(keys, np.arange(train), here, part, parts, asked=False)
    if drawn is not None:
        findings += _shared_groups(keys, np.flatnonzero(~drawn), np.flatnonzero(drawn), "val", parts, asked=True)
    return findings


def _shared_groups(
    keys: np.ndarray, one: np.ndarray, other: np.ndarray, part: str, parts: _Parts, asked: bool
) -> list[LeakFinding]:
    shared = np.intersect1d(keys[one], keys[other])
    shared = shared[shared != ""]
    if not len(shared):
        return []
    leaked = one[np.isin(keys[one], shared)]
    count = int(np.isin(keys[other], shared).sum())
    values = {"count": f"{len(shared):,}", "images": f"{count:,}", "names": ", ".join(str(key)[:40] for key in shared[:3])}
    if asked:
        said = say_n("{count} group ({names}) is split: some of its images are trained on, {images} validate.", "{count} groups ({names}, …) are split: some of their images are trained on, {images} validate.", len(shared), **values)  # fmt: skip
    elif part == "test":
        said = say_n("{count} group ({names}) is in the training and in the test images, {images} of them.", "{count} groups ({names}, …) are in the training and in the test images, {images} of them.", len(shared), **values)  # fmt: skip
    else:
        said = say_n("{count} group ({names}) is in the training and in the validation images, {images} of them.", "{count} groups ({names}, …) are in the training and in the validation images, {images} of them.", len(shared), **values)  # fmt: skip
    first = {key: int(one[np.flatnonzero(keys[one] == key)[0]]) for key in shared[:LISTED]}
    pairs = [(first[key], int(other[np.flatnonzero(keys[other] == key)[0]])) for key in shared[:LISTED]]
    return [LeakFinding(
        "group-across", len(shared), said,
        say("By their names these images show the same patient, scene or person. The model can recognise that instead of the class, so it looks better than it will be on somebody new."),
        say("Put all images of a group on one side: make folders train and val (or test) by group."), parts.places(pairs),
        leaked=tuple(int(n) for n in leaked), other=part,
    )]  # fmt: skip


def _classes(dataset: Dataset, parts: _Parts) -> list[LeakFinding]:
    classes, findings = dataset.train.classes, []
    counts = {part: np.bincount(images.labels, minlength=len(classes)) for part, images in parts.images.items()}
    for part in ("val", "test"):
        if part in counts:
            missing = [classes[k] for k in np.flatnonzero((counts[part] == 0) & (counts["train"] > 0))]
            if missing:
                said = (
                    say("No test image shows: {classes}.", classes=_listed(missing))
                    if part == "test"
                    else say("No validation image shows: {classes}.", classes=_listed(missing))
                )
                findings.append(LeakFinding(
                    "class-missing", len(missing), said, say("Nothing checks whether the model can tell these apart."),
                    say("Move some images of each class there."),
                ))  # fmt: skip
    numbers = [name for name in classes if name.isdecimal()]
    if len(numbers) == len(classes) and [int(name) for name in classes] != sorted(int(name) for name in classes):
        place = next(k for k, name in enumerate(classes) if int(name) != sorted(int(other) for other in classes)[k])
        findings.append(LeakFinding(
            "class-order", len(classes),
            say("The classes are sorted as words, not as numbers: number {place} is “{name}”.", place=place, name=classes[place]),
            say("Output {place} of the model means “{name}”. A program that takes the output's number for the class is wrong.", place=place, name=classes[place]),
            say("Name the folders with zeros in front (01, 02, …, 10), or keep the list of classes with the model."),
        ))  # fmt: skip
    total = counts["train"]
    low, high = int(total.min()), int(total.max())
    if high >= UNEVEN * max(low, 1):
        names = {"many": classes[int(total.argmax())], "few": classes[int(total.argmin())]}
        findings.append(LeakFinding(
            "class-count", high, say("Images to train on: {high} of “{many}”, {low} of “{few}”.", high=f"{high:,}", low=f"{low:,}", **names),
            say("Always answering “{many}” is right in {share} of the cases already; accuracy says little here.", many=names["many"], share=f"{high / total.sum():.0%}"),
            say("Look at accuracy per class, weight the classes, or collect more of the small ones."),
        ))  # fmt: skip
    return findings


def _listed(names: list[str]) -> str:
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


def _broken(meta: dict) -> LeakFinding | None:
    broken = [row for row in meta.get("broken", ()) if isinstance(row, list | tuple) and len(row) == 2]
    if not broken:
        return None
    file, why = str(broken[0][0]), Sentence.from_json(broken[0][1])
    return LeakFinding(
        "broken", len(broken),
        say_n("{count} file can't be read and was left out: {file}: {why}", "{count} files can't be read and were left out. The first: {file}: {why}", len(broken), count=f"{len(broken):,}", file=file[:120], why=why),
        say("A training with other programs may stop at such a file, or count it as an empty image."),
        say("Open these files in an image viewer; save them again, or remove them."),
    )  # fmt: skip


def _flat(flat: np.ndarray, parts: _Parts) -> LeakFinding | None:
    numbers = np.flatnonzero(flat)
    if not len(numbers):
        return None
    return LeakFinding(
        "blank", len(numbers),
        say_n("{count} image is of one colour alone.", "{count} images are of one colour alone.", len(numbers), count=f"{len(numbers):,}"),
        say("Nothing on it shows a class; often the file was cut off or exported wrongly."),
        say("Look at these files and remove them."), images=tuple(parts.place(int(n)) for n in numbers[:LISTED]),
    )  # fmt: skip
