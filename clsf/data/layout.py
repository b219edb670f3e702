"""Which class each file shows, told by its folder.

    train/<class>/…  and, if wanted, test/<class>/…      or only      <class>/…

Folders that wrap all of this, as zip programs add them, are looked through.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from clsf.data.listing import Entry, Listing
from clsf.errors import DataError
from clsf.words import Sentence, say

PARTS = ("train", "test")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
MAX_CLASSES = 1000
MAX_NAME = 60  # characters of a class's name

BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Turn round the direction of all text that follows."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that should be an image, and what it shows."""

    path: str  # "train/<class>/…" or "test/<class>/…", however the folders were arranged
    label: int  # index into Layout.classes
    entry: Entry

    @property
    def part(self) -> str:
        return self.path.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class Layout:
    pictures: tuple[Picture, ...]  # sorted by path
    classes: tuple[str, ...]  # sorted
    skipped: tuple[tuple[str, Sentence], ...]  # files that are left out, and why


def arranged(listing: Listing) -> Layout:
    """Sort the files of a listing into classes.

    Raises DataError if there is no image, fewer than two or too many classes, a class without a file that could be an
    image, or a test class that is not trained on.
    """
    skipped = list(listing.skipped)
    images = []
    for entry in listing.entries:
        if entry.name.lower().endswith(SUFFIXES):
            images.append(entry)
        else:
            skipped.append((entry.name, say("It is not a PNG, JPEG or WebP file.")))
    if not images:
        raise DataError("There is no image in it. Put PNG, JPEG or WebP files into one folder per class: train/<class>/.")
    wrapping = _wrapping([entry.name.split("/") for entry in images])
    has_train = any(_below(entry.name, wrapping)[0].lower() == "train" for entry in images)

    placed: dict[str, tuple[str, Entry]] = {}  # path -> folder of the class, file
    for entry in images:
        parts = _below(entry.name, wrapping)
        part = parts.pop(0).lower() if has_train else "train"
        path = "/".join([part, *parts])
        if part not in PARTS or len(parts) < 2:
            skipped.append((entry.name, say("It lies outside the folders of the classes.")))
        elif path in placed:
            skipped.append((entry.name, say("There are two files of this name.")))
        else:
            placed[path] = parts[0], entry
    filled = {part: {folder for path, (folder, _) in placed.items() if path.startswith(part)} for part in PARTS}
    trained = filled["train"] | _class_folders(listing.folders, wrapping, has_train)
    classes = _classes(trained, filled["train"], filled["test"])
    labels = {name: label for label, name in enumerate(classes)}
    pictures = [Picture(path, labels[class_name(folder)], entry) for path, (folder, entry) in sorted(placed.items())]
    return Layout(tuple(pictures), classes, tuple(sorted(skipped, key=lambda pair: pair[0])))


def class_name(folder: str) -> str:
    """Return a folder's name as a class: no control characters, at most 60 characters, never empty."""
    kept = "".join(c for c in folder if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") and c not in BIDI)
    return " ".join(kept.split())[:MAX_NAME].strip() or "?"


def no_image(name: str) -> DataError:
    return DataError(
        "The class '{name}' has no image that can be read for training. Put PNG, JPEG or WebP files into its folder, or "
        "remove the folder.",
        name=name,
    )  # fmt: skip


def _wrapping(paths: list[list[str]]) -> list[str]:
    """Return the folders that lie around all images without meaning anything, the outermost first."""
    depth = 0
    while (
        all(len(path) > depth + 1 for path in paths)
        and any(len(path) > depth + 2 for path in paths)  # else these are the classes' own folders
        and len({path[depth] for path in paths}) == 1
        and paths[0][depth].lower() not in PARTS
    ):
        depth += 1
    return paths[0][:depth]


def _below(name: str, wrapping: list[str]) -> list[str]:
    """Return the parts of a name inside the wrapping folders; none if it lies elsewhere."""
    parts = name.split("/")
    return parts[len(wrapping) :] if parts[: len(wrapping)] == wrapping else []


def _class_folders(folders: tuple[str, ...], wrapping: list[str], has_train: bool) -> set[str]:
    """Return the names of the folders that stand for classes to train on, also those without a file."""
    found = set()
    for folder in folders:
        parts = _below(folder, wrapping)
        if has_train and (not parts or parts.pop(0).lower() != "train"):
            continue
        if len(parts) == 1:
            found.add(parts[0])
    return found


def _classes(trained: set[str], filled: set[str], tested: set[str]) -> tuple[str, ...]:
    """Return the classes' names, given the folders to train on, those of them with images, and those to test on."""
    named: dict[str, str] = {}
    for folder in sorted(trained):
        other = named.setdefault(class_name(folder), folder)
        if other != folder:
            raise DataError(
                "Two folders give the same class name '{name}': only its first {most} visible characters count. Rename one.",
                name=class_name(folder), most=MAX_NAME,
            )  # fmt: skip
    if len(named) < 2:
        raise DataError(
            "Found {count} class ({names}), but telling classes apart takes two or more. Make one folder per class: "
            "train/cats/, train/dogs/, …",
            count=len(named), names=", ".join(named) or "–",
        )  # fmt: skip
    if len(named) > MAX_CLASSES:
        raise DataError("Found {count} classes, but at most {most} are read. Use fewer.", count=len(named), most=MAX_CLASSES)
    for folder in sorted(trained - filled):
        raise no_image(class_name(folder))
    unknown = sorted(class_name(folder) for folder in tested if class_name(folder) not in named)
    if unknown:
        raise DataError(
            "There are test images of '{name}', but no training images of it. Add train/{name}/, or remove test/{name}/.",
            name=unknown[0],
        )  # fmt: skip
    return tuple(sorted(named))
