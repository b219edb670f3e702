"""A teacher's or student's own images: a folder or zip of class folders becomes a data set of this machine.

Its name is a hash of its content, so that importing the same images again, packed or not, finds the same data set. Images of
one person (`private`) get a name of their own, and store their owner: see `clsf.data.private`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from math import prod
from pathlib import Path
from statistics import median_low
from typing import BinaryIO

import numpy as np

from clsf import checks
from clsf.data import cache, catalogue, file_names, quota
from clsf.data.arrays import expanded
from clsf.data.brought import opened
from clsf.data.catalogue import DatasetInfo
from clsf.data.decode import Header, decode, header, quietly
from clsf.data.layout import ImageFile, Layout, LayoutChoices, TreeReading, arranged, class_name, no_image, read
from clsf.data.listing import Listing, list_folder
from clsf.data.progress import Paced, Progress, silent
from clsf.data.rows import Rows
from clsf.errors import DataError
from clsf.plan import MAX_IMAGE_SIZE
from clsf.words import Sentence, say

SIDE = 64  # pixels; the largest side that images of different sizes are resized to
MIN_SIDE = 4  # pixels
MAX_PIXEL_BYTES = 2 << 30
PRIVATE_DIGITS = 24  # of a private set's name, hexadecimal

Shape = tuple[int, int, int]
Skipped = tuple[tuple[str, Sentence], ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """An imported data set, the skipped files with the reasons, and images that are in two parts."""

    name: str
    info: DatasetInfo
    skipped: Skipped
    copies: tuple[tuple[str, str], ...] = ()  # file of the test or validation part, the same file of the training part


def import_folder(
    path: str | Path, progress: Progress = silent, title: str | None = None, image_size: int | None = None,
    choices: LayoutChoices | None = None,
) -> Imported:  # fmt: skip
    """Import the images of a folder; see `clsf.data.layout` for the required layout.

    Images of one size keep it; others are cut square and resized to their median side, 64 pixels at most, or to
    `image_size`. Colour is kept unless all are grey. The title is that of the first import. Raises DataError for what
    can't be imported; single files that can't be read are skipped and named.
    """
    path = Path(path)
    return _import(expanded(list_folder(path)), Paced(progress), title or path.absolute().name, image_size, choices=choices)


def import_zip(
    path_or_file: str | Path | BinaryIO, progress: Progress = silent, title: str | None = None, image_size: int | None = None,
    private: str | None = None, choices: LayoutChoices | None = None,
) -> Imported:  # fmt: skip
    """Import the images of an archive (zip, tar, tar.gz) or a file of arrays (npz), given by its path or as an open binary file; as `import_folder` otherwise.

    `private`: the owner, the only person to see the images; None: everyone on this machine.
    """
    named = path_or_file if isinstance(path_or_file, str | Path) else getattr(path_or_file, "name", "")
    with opened(path_or_file, choices and choices.encoding) as listing:
        return _import(
            listing, Paced(progress), title or Path(str(named)).stem.removesuffix(".tar"), image_size, private, choices
        )


def read_zip(path_or_file: str | Path | BinaryIO, choices: LayoutChoices | None = None) -> TreeReading:
    """Return how the tree in a zip archive is interpreted, without importing it. Raises DataError as `import_zip` does."""
    with opened(path_or_file, choices and choices.encoding) as listing:
        return read(listing, choices)


def _import(
    listing: Listing, progress: Progress, title: str, image_size: int | None, private: str | None = None,
    choices: LayoutChoices | None = None,
) -> Imported:  # fmt: skip
    if image_size is not None:
        checks.whole(DataError, checks.field("image_size"), image_size, MIN_SIDE, MAX_IMAGE_SIZE)
    layout = arranged(listing, choices)
    name, copies = _name(layout, image_size, progress, private)
    with cache.locked(name, lambda: progress("prepare", 0, len(layout.pictures))):
        if not catalogue.is_cached(name):
            facts = {
                "title": class_name(title or name),
                "private": private is not None,
                "saved": private is None,
                "owner": private or "",
            }
            with ExitStack() as until_kept:

                def fill(folder: Path) -> dict:
                    made = quietly(lambda: _fill(folder, layout, image_size, progress, private)) | facts
                    if private is not None:  # others may have stored theirs meanwhile
                        until_kept.enter_context(cache.locked("quota"))
                        images = made["train"] + made["test"] + made.get("validation", 0)
                        quota.require(private, images * prod(made["shape"]))
                    return made

                cache.keep(name, fill)
    # The data stored next to the images refer to images by their place in the set. The file names, and other files found there, are
    # specific to this import: someone else may have imported the same images before.
    broken = {str(path): Sentence.from_json(why) for path, why in cache.facts(name).get("broken", ())}
    skipped = [*layout.skipped, *((one.entry.name, broken[one.path]) for one in layout.pictures if one.path in broken)]
    return Imported(name, catalogue.info(name), tuple(sorted(skipped, key=lambda pair: pair[0])), copies)


def _name(
    layout: Layout, image_size: int | None, progress: Progress, private: str | None
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the set's name, and the files that are in another part as well as in the training part."""
    digest, seen = hashlib.sha256(), {}
    if private is not None:
        digest.update(f"private\0{private}\n".encode())
    if image_size is not None:
        digest.update(f"{image_size}\n".encode())
    for done, picture in enumerate(layout.pictures):
        progress("read", done, len(layout.pictures))
        try:
            data = picture.entry.read()
        except DataError:
            data = b""
        digest.update(f"{picture.path}\0{len(data)}\n".encode())
        digest.update(data)
        if data:
            seen.setdefault(hashlib.sha256(data).digest(), {}).setdefault(picture.part, []).append(picture.entry.name)
    progress("read", len(layout.pictures), len(layout.pictures))
    copies = [
        (file, parts["train"][0])
        for parts in seen.values() if "train" in parts
        for part, files in parts.items() if part != "train"
        for file in files
    ]  # fmt: skip
    return catalogue.IMPORTED + digest.hexdigest()[: 12 if private is None else PRIVATE_DIGITS], tuple(sorted(copies))


def _fill(folder: Path, layout: Layout, image_size: int | None, progress: Progress, owner: str | None) -> dict:
    """Decode all images into .npy files and return the fields of meta.json."""
    problems: dict[str, Sentence] = {}
    headers: dict[str, Header] = {}
    for picture in layout.pictures:
        progress("prepare", 0, len(layout.pictures))
        of_file = _tried(lambda p=picture: header(p.entry.read()), picture, problems)
        if of_file is not None:
            headers[picture.path] = of_file
    for label, name in enumerate(layout.classes):
        if not any(one.label == label and one.part == "train" and one.path in headers for one in layout.pictures):
            raise no_image(
                name, [(p.entry.name, problems[p.path]) for p in layout.pictures if p.label == label and p.path in problems]
            )
    shape, last = _shape(layout, headers, image_size), None
    if owner is not None:
        quota.require(owner, len(headers) * prod(shape))
    # Some damaged files are detected only when they are decoded. If the shape depended on one of those, decode again.
    while shape != last:
        readable = [picture for picture in layout.pictures if picture.path in headers]
        for picture, why in _decoded(folder, readable, shape, progress):
            problems[picture.path] = why
            del headers[picture.path]
        shape, last = _shape(layout, headers, image_size), shape
    readable = [picture for picture in layout.pictures if picture.path in headers]
    for label, name in enumerate(layout.classes):
        if not any(picture.label == label and picture.part == "train" for picture in readable):
            raise no_image(
                name, [(p.entry.name, problems[p.path]) for p in layout.pictures if p.label == label and p.path in problems]
            )
    tests, validations = (sum(picture.part == part for picture in readable) for part in ("test", "val"))
    if not tests:
        for file in folder.glob("test_*.npy"):
            file.unlink()
    return {
        "classes": layout.classes,
        "shape": shape,
        "train": len(readable) - tests - validations,
        "validation": validations,
        "test": tests,
        "broken": [(path, problems[path].to_json()) for path in sorted(problems)],
    }


def _shape(layout: Layout, headers: dict[str, Header], image_size: int | None) -> Shape:
    """Choose the common shape of all images from their headers."""
    if not headers:
        raise no_image(layout.classes[0], [(p.entry.name, say("it can't be read")) for p in layout.pictures if p.label == 0])
    known = list(headers.values())
    channels = 1 if all(h.grey for h in known) else 3
    height, width = known[0].height, known[0].width
    same = all((h.height, h.width) == (height, width) for h in known)
    if image_size is not None:
        height = width = image_size
        if len(known) * height * width * channels > MAX_PIXEL_BYTES:
            raise DataError(
                "{count} images of {size}x{size} pixels take more than {most} GB. Choose a smaller image_size.",
                count=len(known), size=image_size, most=MAX_PIXEL_BYTES >> 30,
            )  # fmt: skip
    elif not (
        same
        and min(height, width) >= MIN_SIDE
        and max(height, width) <= MAX_IMAGE_SIZE
        and len(known) * height * width * channels <= MAX_PIXEL_BYTES
    ):
        height = width = min(SIDE, max(MIN_SIDE, median_low(min(h.height, h.width) for h in known)))
    return height, width, channels


def _decoded(folder: Path, pictures: list[ImageFile], shape: Shape, progress: Progress) -> list[tuple[ImageFile, Sentence]]:
    """Write the .npy files of both parts; return the images that could not be decoded, and why."""
    problems: dict[str, Sentence] = {}
    names, broken, done = [], [], 0
    for file, parts in (("train", ("train", "val")), ("test", ("test",))):  # validation images come after the training images
        labels = []
        with Rows(folder / f"{file}_pixels.npy", shape) as rows:
            for picture in (one for part in parts for one in pictures if one.part == part):
                progress("prepare", done, len(pictures))
                done += 1
                image = _tried(lambda p=picture: decode(p.entry.read(), *shape), picture, problems)
                if image is None:
                    broken.append((picture, problems[picture.path]))
                else:
                    rows.append(image[None])
                    labels.append(picture.label)
                    names.append(picture.path)
        np.save(folder / f"{file}_labels.npy", np.array(labels, np.int64))
    file_names.write(folder, names)
    progress("prepare", len(pictures), len(pictures))
    return broken


def _tried(work: Callable[[], object], picture: ImageFile, problems: dict[str, Sentence]) -> object | None:
    try:
        return work()
    except DataError as error:
        problems[picture.path] = error.sentence
        return None
