"""A collection as a private data set, so that it can be trained on, inspected and packed like any other."""

from __future__ import annotations

import numpy as np

from clsf.data import made_sets
from clsf.data.file_names import file_names
from clsf.data.sources import open_dataset
from clsf.own.collection import SIDE, Collection, OwnClass
from clsf.own.recordings import Sides
from clsf.words import Sentence


def keep(collection: Collection, sides: Sides, owner: str, title: str | Sentence) -> str:
    """Store the collection and its split for its owner and return the set's name; the same content gives the same set.

    Raises DataError if there is not enough space.
    """
    order = np.concatenate([sides.train, sides.validation])
    pixels, labels, recordings = collection.pixels[order], collection.labels[order], collection.recordings[order]
    parts = ["train"] * len(sides.train) + ["val"] * len(sides.validation)
    names = [
        f"{part}/{label}/recording-{recording}/{number:04}.png"
        for number, (part, label, recording) in enumerate(zip(parts, labels, recordings, strict=True))
    ]
    content = "\n".join(["own classes", *collection.names, *names]).encode() + pixels.tobytes()
    return made_sets.keep(
        pixels, labels, collection.names, len(sides.validation), title=title, owner=owner, content=content, names=names
    )


def recordings(name: str) -> np.ndarray | None:
    """Return the recording of each image of a stored collection, int64 (n,), in the order of the set; else None."""
    names = file_names(name)
    if not names:
        return None
    try:
        return np.array([int(path.split("/")[2].removeprefix("recording-")) for path in names], np.int64)
    except (IndexError, ValueError):
        return None


def collection(name: str) -> tuple[Collection, Sides] | None:
    """Return the collection that a set was made from, class by class in the order of recordings, and its split; else None.

    Raises DataError if the reader may not see it, or if its files are damaged.
    """
    taken = recordings(name)
    if taken is None:
        return None
    dataset = open_dataset(name)
    images = dataset.fitting or dataset.train
    if images.shape != (SIDE, SIDE, 3) or len(taken) != len(images):
        return None
    order = np.lexsort((np.arange(len(taken)), taken, images.labels))
    pixels, labels, taken = np.asarray(images.pixels[order]), images.labels[order], taken[order]
    kinds = [OwnClass(kind, pixels[labels == label], taken[labels == label]) for label, kind in enumerate(images.classes)]
    trained = order < len(dataset.train)
    return Collection(tuple(kinds)), Sides(np.flatnonzero(trained), np.flatnonzero(~trained))
