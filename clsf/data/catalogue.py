"""The list of data sets, without opening one: quick to import and to query, for pages and forms."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from clsf import checks
from clsf.data import access, cache
from clsf.errors import DataError
from clsf.words import Sentence, say

NAMES = ("digits", "shapes", "mnist", "fashion-mnist", "cifar10")

IMPORTED = "folder-"
"""How the names of imported sets begin; 12 hexadecimal digits of a content hash follow, 24 if they are private."""

REFERENCE = re.compile(r"own-[0-9a-f]{16}")
"""The reference to a private set that others see: references show whether images were the same, but give no access."""


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """Facts about a data set before it is opened."""

    name: str
    title: Sentence
    classes: tuple[str, ...]
    shape: tuple[int, int, int]  # (height, width, channels)
    train: int  # images
    test: int  # images; 0 if there is no test part
    embedded: bool  # made here, without a network
    download_bytes: int | None  # to download once; None: nothing
    licence: Sentence
    source: str
    note: Sentence | None = None
    private: bool = False  # only for its owner, see `clsf.data.access`
    validation: int = 0  # images of the source's own validation part; 0: some of the training images are drawn for it
    saved: bool = True  # False: removed a while after its last use, see `clsf.data.private`

    def validated(self, share: float) -> int:
        """Return how many images validate: the source's own, or about `share` of the training images.

        As `clsf.data.prepare` divides them: each class keeps one image to train on.
        """
        return self.validation or min(max(round(self.train * share), 1), max(self.train - len(self.classes), 0))

    def trained(self, share: float, limit: int | None = None) -> int:
        """Return how many images are trained on, at most `limit`."""
        images = self.train if self.validation else self.train - self.validated(share)
        return min(images, limit or images)


def info(name: str) -> DatasetInfo:
    """Return the facts about a data set.

    Raises DataError if there is none of that name (the message lists all public ones), if it belongs to someone else, or
    if an imported one is damaged.
    """
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    if is_reference(name) or not readable(name):
        raise DataError("These images belong to somebody else, who alone can see them.")
    if name not in _imported_names():
        checks.known(DataError, say("data set"), name, [*NAMES, *(info.name for info in imported())])
    return _imported(name)


def called(name: str) -> Sentence | str:
    """Return a data set's display name: a built-in one's short name, an imported one's title, if the reader may know it."""
    if is_reference(name) or (name.startswith(IMPORTED) and not readable(name)):
        return say("somebody's own images")
    if not name.startswith(IMPORTED):
        return name
    try:
        return info(name).title
    except DataError:
        return say("own images, no longer here")


def is_reference(name: object) -> bool:
    """Return whether this is a reference to a private set and not its name."""
    return isinstance(name, str) and REFERENCE.fullmatch(name) is not None


def reference(name: str) -> str:
    """Return the reference to a private set that is shown to others."""
    return "own-" + hashlib.sha256(f"clsf own images {name}".encode()).hexdigest()[:16]


def readable(name: str) -> bool:
    """Return whether the reader may see this set; True for one that is not here."""
    return access.may_read(cache.described(name))


def is_cached(name: str) -> bool:
    """Return whether `open_dataset` would find the complete images on this machine for this reader."""
    try:
        meta = cache.facts(name)
    except DataError:
        return False
    return meta is not None and access.may_read(meta)


def imported() -> list[DatasetInfo]:
    """Return the public sets imported on this machine, ordered by title; damaged ones are left out."""
    infos = [_imported(name) for name in _imported_names() if not cache.described(name).get("private") and is_cached(name)]
    return sorted(infos, key=lambda one: (str(one.title), one.name))


def _imported_names() -> list[str]:
    return [name for name in cache.names() if name.startswith(IMPORTED)]


def _imported(name: str) -> DatasetInfo:
    try:
        meta = cache.facts(name) or {}
        return DatasetInfo(
            name=name,
            title=say("{title}", title=str(meta["title"])),
            classes=tuple(meta["classes"]),
            shape=tuple(meta["shape"]),
            train=int(meta["train"]),
            test=int(meta["test"]),
            validation=int(meta.get("validation", 0)),
            embedded=False,
            download_bytes=None,
            licence=say("Not known: the images were imported on this machine."),
            source="",
            private=bool(meta.get("private", False)),
            saved=bool(meta.get("saved", True)),
        )
    except (DataError, KeyError, TypeError, ValueError) as error:
        why = error.sentence if isinstance(error, DataError) else say("Its description is incomplete.")
        raise DataError("The imported data set '{name}' can't be opened. {why} Import it again.", name=name, why=why) from error


_DIGIT_NAMES = tuple("0123456789")

_BUILT_IN = {
    info.name: info
    for info in (
        DatasetInfo(
            name="digits",
            title=say("Digits (8×8, scikit-learn)"),
            classes=_DIGIT_NAMES,
            shape=(8, 8, 1),
            train=1437,
            test=360,
            embedded=True,
            download_bytes=None,
            licence=say("CC BY 4.0, E. Alpaydin and C. Kaynak"),
            source="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
            note=say("Real handwriting, very small. The split into training and test images is ours, the same every time."),
        ),
        DatasetInfo(
            name="shapes",
            title=say("Shapes (32×32, drawn here)"),
            classes=("circle", "ring", "triangle", "square", "diamond", "pentagon", "star", "cross", "arrow", "heart"),
            shape=(32, 32, 3),
            train=6000,
            test=1000,
            embedded=True,
            download_bytes=None,
            licence=say("Drawn by this software; free to use"),
            source="clsf.data.shapes",
            note=say("Outlines in any place, size, turn and colour, on a noisy ground."),
        ),
        DatasetInfo(
            name="mnist",
            title=say("MNIST: handwritten digits"),
            classes=_DIGIT_NAMES,
            shape=(28, 28, 1),
            train=60_000,
            test=10_000,
            embedded=False,
            download_bytes=11_594_722,
            licence=say("CC BY-SA 3.0, Y. LeCun and C. Cortes"),
            source="http://yann.lecun.com/exdb/mnist/",
        ),
        DatasetInfo(
            name="fashion-mnist",
            title=say("Fashion-MNIST: clothes"),
            classes=(
                "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
            ),
            shape=(28, 28, 1),
            train=60_000,
            test=10_000,
            embedded=False,
            download_bytes=30_878_645,
            licence=say("MIT, Zalando SE"),
            source="https://github.com/zalandoresearch/fashion-mnist",
        ),
        DatasetInfo(
            name="cifar10",
            title=say("CIFAR-10: animals and vehicles"),
            classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
            shape=(32, 32, 3),
            train=50_000,
            test=10_000,
            embedded=False,
            download_bytes=170_498_071,
            licence=say("None stated; the author asks to cite A. Krizhevsky, 2009"),
            source="https://www.cs.toronto.edu/~kriz/cifar.html",
            note=say("The data set of the lecture."),
        ),
    )
}  # fmt: skip
