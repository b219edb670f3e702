"""The teach-again file: a zip of PNG images and one JSON file that describes them. No code, nothing is executed.

classes.json    {"kind": "clsf own classes", "version": 1, "classes": [{"name": "cup", "images": [["0/0000.png", 3], …]}, …]}
0/0000.png      128x128 pixels in colour; the number after it is its recording
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np

from clsf.data.archives import opened_zip
from clsf.data.decode import decode, header
from clsf.data.layout import class_name
from clsf.data.listing import ListedFile
from clsf.data.progress import Progress, silent
from clsf.errors import DataError
from clsf.own.collection import MOST_CLASSES, MOST_IMAGES, SIDE, Collection, OwnClass, no_pixels
from clsf.words import Sentence, say

T = TypeVar("T")

KIND, VERSION = "clsf own classes", 1
TABLE = "classes.json"
MOST_TABLE = 2_000_000  # bytes
MOST_RECORDING = 1 << 31


def written(collection: Collection) -> bytes:
    """Return the file."""
    from PIL import Image

    out = io.BytesIO()
    classes = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # PNG is packed already
        for at, kind in enumerate(collection.kinds):
            images = []
            for number, (pixels, recording) in enumerate(zip(kind.pixels, kind.recordings, strict=True)):
                name, file = f"{at}/{number:04}.png", io.BytesIO()
                Image.fromarray(pixels).save(file, "PNG", compress_level=3)
                archive.writestr(name, file.getvalue())
                images.append([name, int(recording)])
            classes.append({"name": kind.name, "images": images})
        archive.writestr(
            TABLE, json.dumps({"kind": KIND, "version": VERSION, "classes": classes}, ensure_ascii=False, indent=1)
        )
    return out.getvalue()


def read(file: str | Path | BinaryIO, progress: Progress = silent) -> Collection:
    """Return the collection in an untrusted file: everything in it is checked.

    Call it in a separate process, see `clsf.own.reading`. Raises DataError with a message if it can't be read.
    """
    with opened_zip(file) as listing:
        entries = {entry.name: entry for entry in listing.entries}
        table = _table(entries.get(TABLE))
        total, done, used, kinds = sum(len(images) for _, images in table), 0, set(), []
        if total > MOST_IMAGES:
            raise _wrong(
                say("the images that it names are {count}, but at most {most} are read", count=total, most=MOST_IMAGES)
            )
        for name, images in table:
            pixels, recordings = [], []
            for file_name, recording in images:
                progress("read", done, total)
                done += 1
                if file_name in used:
                    raise _wrong(say("it names the image {file} twice", file=file_name))
                used.add(file_name)
                pixels.append(_picture(file_name, entries.get(file_name)))
                recordings.append(recording)
            kinds.append(OwnClass(name, np.stack(pixels) if pixels else no_pixels(), np.array(recordings, np.int64)))
    return Collection(_apart(kinds))


def _table(entry: ListedFile | None) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return (class, [(file, recording), …]) of each class."""
    if entry is None:
        raise _wrong(say("it holds no {file}", file=TABLE))
    if entry.size > MOST_TABLE:
        raise _wrong(say("its {file} is too large", file=TABLE))
    try:
        table = json.loads(entry.read().decode("utf-8"))
    except (ValueError, RecursionError):
        raise _wrong(say("its {file} is no JSON", file=TABLE)) from None
    if not isinstance(table, dict) or table.get("kind") != KIND:
        raise _wrong(say("its {file} says that it is something else", file=TABLE))
    if table.get("version") != VERSION:
        raise _wrong(say("it was written by another version of this program", file=TABLE))
    classes = table.get("classes")
    if not isinstance(classes, list) or not 1 <= len(classes) <= MOST_CLASSES:
        raise _wrong(say("the number of its classes must be from 1 to {most}", most=MOST_CLASSES))
    return [_class(one) for one in classes]


def _class(one: object) -> tuple[str, list[tuple[str, int]]]:
    name, images = (one.get("name"), one.get("images")) if isinstance(one, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(images, list):
        raise _wrong(say("a class has no name or no list of images"))
    for pair in images:
        if not (
            isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)
            and type(pair[1]) is int and 0 <= pair[1] < MOST_RECORDING
        ):  # fmt: skip
            raise _wrong(
                say("an image of “{name}” is not given as its file and the number of its recording", name=class_name(name))
            )
    return class_name(name), [(file, recording) for file, recording in images]


def _picture(name: str, entry: ListedFile | None) -> np.ndarray:
    if entry is None:
        raise _wrong(say("the image {file} is missing", file=name[:100]))
    data = _tried(name, entry.read)
    read = _tried(name, lambda: header(data))
    if (read.height, read.width) != (SIDE, SIDE):
        raise _wrong(
            say(
                "the image {file} is {width}×{height}, not {side}×{side}",
                file=name[:100], width=read.width, height=read.height, side=SIDE,
            )
        )  # fmt: skip
    return _tried(name, lambda: decode(data, SIDE, SIDE, 3))


def _tried(name: str, work: Callable[[], T]) -> T:
    try:
        return work()
    except DataError as error:
        raise _wrong(say("the image {file} can't be used. {why}", file=name[:100], why=error.sentence)) from error


def _apart(kinds: list[OwnClass]) -> tuple[OwnClass, ...]:
    """Return the classes with recordings renumbered, so that no recording belongs to two classes."""
    first, renumbered = 0, []
    for kind in kinds:
        numbers, places = np.unique(kind.recordings, return_inverse=True)
        renumbered.append(OwnClass(kind.name, kind.pixels, (first + places.reshape(-1)).astype(np.int64)))
        first += len(numbers)
    return tuple(renumbered)


def _wrong(why: Sentence) -> DataError:
    return DataError("This is no teach-again file that can be read: {why}. Take one that this page has written.", why=why)
