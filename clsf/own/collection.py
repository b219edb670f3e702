"""A collection: classes with their images, as one frozen value. Independent of frameworks and pages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from clsf.data.layout import class_name
from clsf.errors import DataError
from clsf.words import Sentence, say, say_n

SIDE = 128  # pixels of a side at which images are kept; cut to a square around their centre
MOST_CLASSES = 12
MOST_IMAGES = 1000  # of all classes: 49 MB
FEWEST = 3  # fewest images of a class for training: one must validate
MOST_NAME = 60  # characters


@dataclass(frozen=True, slots=True, eq=False)
class OwnClass:
    """A class: its name, its images uint8 (n, SIDE, SIDE, 3) in the order they came, and the recording of each, int64 (n,).

    A photograph is a recording of its own; the images of one recording are near-equal.
    """

    name: str
    pixels: np.ndarray
    recordings: np.ndarray

    def __len__(self) -> int:
        return len(self.pixels)


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Classes in the order of their cards."""

    kinds: tuple[OwnClass, ...]

    def __len__(self) -> int:
        return sum(map(len, self.kinds))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(kind.name for kind in self.kinds)

    @property
    def pixels(self) -> np.ndarray:
        """All images, class after class, uint8 (n, SIDE, SIDE, 3)."""
        return np.concatenate([kind.pixels for kind in self.kinds] or [no_pixels()])

    @property
    def labels(self) -> np.ndarray:
        """int64 (n,), as `pixels`."""
        return np.repeat(np.arange(len(self.kinds)), [len(kind) for kind in self.kinds]).astype(np.int64)

    @property
    def recordings(self) -> np.ndarray:
        """int64 (n,), as `pixels`. A recording belongs to one class."""
        return np.concatenate([kind.recordings for kind in self.kinds] or [np.zeros(0, np.int64)])

    def room(self) -> int:
        """Return how many more images fit."""
        return MOST_IMAGES - len(self)

    def added(self, at: int, pixels: np.ndarray, together: bool) -> Collection:
        """Return the collection with further images of a class, as many as fit; `together`: they form one recording."""
        pixels = pixels[: self.room()]
        first = int(self.recordings.max(initial=-1)) + 1
        new = np.full(len(pixels), first) if together else np.arange(first, first + len(pixels))
        kind = self.kinds[at]
        return self._with(
            at, replace(kind, pixels=np.concatenate([kind.pixels, pixels]), recordings=np.concatenate([kind.recordings, new]))
        )

    def without(self, at: int, number: int) -> Collection:
        """Return the collection without one image of a class."""
        kind = self.kinds[at]
        stay = np.arange(len(kind)) != number
        return self._with(at, replace(kind, pixels=kind.pixels[stay], recordings=kind.recordings[stay]))

    def renamed(self, at: int, name: str) -> Collection:
        """Return the collection with another name of a class."""
        return self._with(at, replace(self.kinds[at], name=class_name(name)))

    def with_class(self, name: str) -> Collection:
        """Return the collection with a further, empty class. Raises DataError if there are too many."""
        if len(self.kinds) >= MOST_CLASSES:
            raise DataError("No more classes can be added: {count} is the most that are taught here.", count=len(self.kinds))
        return Collection((*self.kinds, empty(name)))

    def without_class(self, at: int) -> Collection:
        """Return the collection without a class."""
        return Collection(self.kinds[:at] + self.kinds[at + 1 :])

    def _with(self, at: int, kind: OwnClass) -> Collection:
        return Collection((*self.kinds[:at], kind, *self.kinds[at + 1 :]))

    def missing(self) -> Sentence | None:
        """Return what must be done before training is possible; None if it is possible."""
        filled = [kind for kind in self.kinds if len(kind)]
        if not filled:
            return say("There is no image yet. Record some of at least two classes, or take the try-out set.")
        if len(filled) == 1:
            return say(
                "Only “{name}” has images. A model learns to tell classes apart, so it needs a second one.", name=filled[0].name
            )
        few = min(filled, key=len)
        if len(few) < FEWEST:
            return say_n(
                "“{name}” has {count} image; each class needs at least {fewest}, as one of them is for validation.",
                "“{name}” has {count} images; each class needs at least {fewest}, as one of them is for validation.",
                len(few), name=few.name, fewest=FEWEST,
            )  # fmt: skip
        names = [kind.name for kind in filled]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            return say("Two classes are called “{name}”. Give one of them another name.", name=twice)
        return None

    def taught(self) -> Collection:
        """Return the classes that have images: empty cards are not used."""
        return Collection(tuple(kind for kind in self.kinds if len(kind)))

    def in_two_classes(self) -> list[tuple[str, str, int]]:
        """Return (class, class, how many): images that are equal, pixel by pixel, in two classes."""
        content = [{pixels.tobytes() for pixels in kind.pixels} for kind in self.kinds]
        pairs = ((a, b) for b in range(len(content)) for a in range(b))
        return [
            (self.kinds[a].name, self.kinds[b].name, len(content[a] & content[b])) for a, b in pairs if content[a] & content[b]
        ]


def empty(name: str) -> OwnClass:
    """Return a class without images."""
    return OwnClass(class_name(name), no_pixels(), np.zeros(0, np.int64))


def no_pixels() -> np.ndarray:
    return np.zeros((0, SIDE, SIDE, 3), np.uint8)


def evenly(count: int, most: int) -> list[int]:
    """Return which of `count` things are taken, at most `most` of them, spread evenly, ascending."""
    return list(range(count)) if count <= most else [k * count // most for k in range(max(most, 0))]
