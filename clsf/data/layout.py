"""The class and the part of each image: from folders, from a table, or from file names.

    train/<class>/…  and, if wanted, val/<class>/… and test/<class>/…      or only      <class>/…

Folders that wrap all of this, as zip programs add them, are skipped. The result is a `TreeReading`, which can be shown
and changed (`LayoutChoices`) before anything is imported.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from clsf import checks
from clsf.data import labels as labelling
from clsf.data import roles
from clsf.data.kinds import KINDS, image_files
from clsf.data.listing import ListedFile, Listing
from clsf.data.names import ENCODINGS
from clsf.data.roles import PARTS, ROLES
from clsf.errors import DataError
from clsf.words import Sentence, say, say_n

LABELS = ("folders", "table", "names")
MAX_CLASSES = 1000
MAX_NAME = 60  # characters of a class's name
NAMED = 3  # files that a refusal names

BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Unicode characters that reverse the direction of the text after them."""


@dataclass(frozen=True, slots=True)
class LayoutChoices:
    """A user's corrections to the guessed layout. Raises DataError for values that don't exist."""

    roles: dict[str, str] = field(default_factory=dict)  # folder at the top -> one of ROLES
    labels: str | None = None  # one of LABELS
    encoding: str | None = None  # of names in a zip archive

    def __post_init__(self) -> None:
        for role in self.roles.values():
            checks.known(DataError, say("role of a folder"), role, ROLES)
        if self.labels is not None:
            checks.known(DataError, say("source of labels"), self.labels, LABELS)
        if self.encoding is not None:
            checks.known(DataError, say("encoding"), self.encoding, ENCODINGS)

    def to_json(self) -> dict:
        return {"roles": self.roles, "labels": self.labels, "encoding": self.encoding}


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A file that should be an image, and its class."""

    path: str  # "train/<class>/…", "val/<class>/…" or "test/<class>/…", however the folders were arranged
    label: int  # index into the classes
    entry: ListedFile

    @property
    def part(self) -> str:
        return self.path.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class Layout:
    pictures: tuple[ImageFile, ...]  # sorted by path
    classes: tuple[str, ...]  # sorted
    skipped: tuple[tuple[str, Sentence], ...]  # skipped files, and why


@dataclass(frozen=True, slots=True)
class TreeReading:
    """How a tree of images is interpreted: shown before the import."""

    layout: Layout | None  # None: there is a problem
    problem: Sentence | None  # why it can't be imported like this
    question: Sentence | None  # what the user has to answer first; None: nothing
    folders: tuple[tuple[str, str, int], ...]  # at the top: name, role, images
    counts: dict[str, dict[str, int]]  # class -> part -> images
    labels: str  # one of LABELS
    offered: tuple[str, ...]  # of LABELS, those that tell two classes or more
    table: str | None  # the file with the labels
    encoding: str | None  # of the names in a zip archive that did not say theirs
    skipped: tuple[tuple[str, Sentence], ...]

    def to_json(self) -> dict:
        """Return it as plain values, without the pictures."""
        said = {
            name: None if what is None else what.to_json()
            for name, what in (("problem", self.problem), ("question", self.question))
        }
        return {
            **said, "folders": [list(one) for one in self.folders], "counts": self.counts, "labels": self.labels,
            "offered": list(self.offered), "table": self.table, "encoding": self.encoding,
            "skipped": [(file, why.to_json()) for file, why in self.skipped],
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict) -> TreeReading:
        """Read what `to_json` returned; its layout is None."""
        said = {name: data[name] and Sentence.from_json(data[name]) for name in ("problem", "question")}
        skipped = tuple((str(file), Sentence.from_json(why)) for file, why in data["skipped"])
        return cls(
            None, said["problem"], said["question"], tuple((str(n), str(r), int(c)) for n, r, c in data["folders"]),
            data["counts"], str(data["labels"]), tuple(data["offered"]), data["table"], data["encoding"], skipped,
        )  # fmt: skip


@dataclass(slots=True)
class _Placed:
    """Images by the path they get, with their class, and the files left out."""

    by_path: dict[str, tuple[str, ListedFile]] = field(default_factory=dict)
    skipped: list[tuple[str, Sentence]] = field(default_factory=list)

    def put(self, part: str, label: str, rest: str, entry: ListedFile) -> None:
        path = f"{part}/{label}/{rest}"
        if path in self.by_path:
            self.skipped.append((entry.name, say("There are two files of this name.")))
        else:
            self.by_path[path] = label, entry

    def folders(self, part: str) -> set[str]:
        return {label for path, (label, _) in self.by_path.items() if path.startswith(f"{part}/")}


def arranged(listing: Listing, choices: LayoutChoices | None = None) -> Layout:
    """Sort the files of a listing into parts and classes.

    Raises DataError if there is no image, fewer than two or too many classes, a class without a file that could be an
    image, a test class that is not trained on, or if the user has to say what the folders are for.
    """
    reading = read(listing, choices)
    if reading.question is not None:
        raise DataError(reading.question)
    if reading.layout is None:
        raise DataError(reading.problem)
    return reading.layout


def read(listing: Listing, choices: LayoutChoices | None = None) -> TreeReading:
    """Return how the files of a listing are interpreted. Raises DataError if there is no image at all."""
    choices = choices or LayoutChoices()
    images, skipped = image_files(listing)
    skipped += listing.skipped
    if not images:
        raise _no_images(skipped)
    wrapping = _wrapping([entry.name.split("/") for entry in images])
    inside, turned = _inside(images, wrapping)
    tree: dict[str, list[list[str]]] = {}
    for _, parts in inside:
        if len(parts) > 1:
            tree.setdefault(parts[0], []).append(parts[1:])
    for folder in listing.folders:  # those without an image count too
        parts = _below(folder, wrapping)
        if len(parts) == 1 and not turned:
            tree.setdefault(parts[0], [])
    role, question = roles.guessed({name: paths for name, paths in tree.items() if paths} or tree)
    role = {name: role.get(name, _empty_role(name, role)) for name in tree}
    changed = {name: what for name, what in choices.roles.items() if name in tree}
    role |= changed
    if changed:
        question = None
    table = labelling.table(listing.entries, images)
    ways = {"folders": _by_folders(inside, role)}
    if table is not None:
        ways["table"] = _by_table(inside, role, table)
    ways["names"] = _by_names(inside, role)
    offered = tuple(way for way, placed in ways.items() if len(placed.folders("train")) >= 2)
    way = choices.labels if choices.labels in ways else offered[0] if offered else "folders"
    if question is not None and way != "folders":
        question = None
    placed = ways[way]
    skipped = sorted([*skipped, *placed.skipped], key=lambda pair: pair[0])
    trained = placed.folders("train")
    if way == "folders":
        trained |= _class_folders(listing.folders, wrapping, role, turned)
    layout, problem = None, None
    try:
        classes = _classes(trained, placed, skipped, images)
        numbers = {name: label for label, name in enumerate(classes)}
        pictures = [
            ImageFile(path, numbers[class_name(label)], entry) for path, (label, entry) in sorted(placed.by_path.items())
        ]
        layout = Layout(tuple(pictures), classes, tuple(skipped))
    except DataError as error:
        problem = error.sentence
    counted = Counter((class_name(label), path.split("/", 1)[0]) for path, (label, _) in placed.by_path.items())
    counts = {name: {part: counted[name, part] for part in PARTS} for name in sorted({name for name, _ in counted})}
    folders = tuple((name, role[name], len(tree[name])) for name in sorted(tree))
    return TreeReading(
        layout, problem, question, folders, counts, way, offered, table.file if table and way == "table" else None,
        listing.encoding, tuple(skipped),
    )  # fmt: skip


def class_name(folder: str) -> str:
    """Return a folder's name as a class: no control characters, at most 60 characters, never empty."""
    kept = "".join(c for c in folder if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") and c not in BIDI)
    return " ".join(kept.split())[:MAX_NAME].strip() or "?"


def no_image(name: str, left_out: list[tuple[str, Sentence]]) -> DataError:
    """Return the error for a class without images, which names its first skipped files, and why."""
    if not left_out:
        return DataError(
            "The class '{name}' has no image that can be read for training: its folder holds no file. Put images into it "
            "({kinds}), or remove the folder.",
            name=name, kinds=KINDS,
        )  # fmt: skip
    return DataError(
        "The class '{name}' has no image that can be read for training. {files} Put images into its folder ({kinds}), or "
        "remove the folder.",
        name=name, files=_named(left_out), kinds=KINDS,
    )  # fmt: skip


def _named(left_out: list[tuple[str, Sentence]]) -> Sentence:
    """Return the first skipped files, and why, as one sentence."""
    file, why = left_out[0]
    first = say("{file}: {why}", file=file, why=why)
    if len(left_out) == 1:
        return first
    if len(left_out) <= NAMED or NAMED == 1:
        return say("{first} {more}", first=first, more=_named(left_out[1:]))
    return say_n(
        "{first} ({count} more file was left out.)",
        "{first} ({count} more files were left out.)",
        len(left_out) - NAMED,
        first=_named(left_out[:NAMED]),
    )


def _no_images(skipped: list[tuple[str, Sentence]]) -> DataError:
    inner = [file for file, _ in skipped if file.lower().endswith((".zip", ".tar", ".gz", ".7z", ".rar"))]
    if inner:
        return DataError(
            "There is no image in it, only other archives ({files}). Unpack those first, each into a folder named after its class, "
            "and give the folder or a zip archive of it.",
            files=", ".join(inner[:NAMED]),
        )  # fmt: skip
    if any(
        "cifar-100-python/" in file
        or (file.rsplit("/", 1)[-1].startswith(("data_batch_", "test_batch")) and not file.endswith(".bin"))
        for file, _ in skipped
    ):
        return pickled()
    advice = say("Put images ({kinds}) into one folder per class: train/<class>/.", kinds=KINDS)
    if not skipped:
        return DataError("There is no image in it. {advice}", advice=advice)
    return DataError(
        "There is no image in it. {files} {advice}", files=_named(sorted(skipped, key=lambda one: one[0])), advice=advice
    )


def pickled() -> DataError:
    """Return the error for pickled images, such as CIFAR's batches for Python."""
    return DataError(
        "These are CIFAR's batches for Python or the like, which are pickled: opening them would run what is in them. Choose cifar10 "
        "among the data sets, or open them where you trust them, save them by numpy.savez('images.npz', x_train=…, y_train=…, "
        "x_test=…, y_test=…), and give that file."
    )


def _wrapping(paths: list[list[str]]) -> list[str]:
    """Return the folders around all images that have no meaning, the outermost first."""
    around: list[str] = []
    while True:
        below = [path[len(around) :] for path in paths if path[: len(around)] == around]
        folders = {path[0] for path in below if len(path) > 1}
        if len(folders) != 1:
            return around
        (one,) = folders
        # A folder that only holds images is a class, or the folder of all images if names or a table give the class.
        if roles.role_of(one) is not None or not any(len(path) > 2 for path in below):
            return around
        around = [*around, one]


def _inside(images: list[ListedFile], wrapping: list[str]) -> tuple[list[tuple[ListedFile, list[str]]], bool]:
    """Return the images with their paths inside the wrapping folders, part first; and whether the order was swapped.

    <class>/train/… is read as train/<class>/…
    """
    inside = [(entry, _below(entry.name, wrapping)) for entry in images]
    deep = [parts for _, parts in inside if len(parts) > 1]
    second = {parts[1] for parts in deep if len(parts) > 2}
    turned = (
        bool(deep) and all(len(parts) > 2 for parts in deep) and not any(roles.role_of(parts[0]) for parts in deep)
        and {roles.role_of(name) for name in second} >= {"train"} and all(map(roles.role_of, second)) and len(second) > 1
    )  # fmt: skip
    if turned:
        inside = [(e, [p[1], p[0], *p[2:]] if len(p) > 2 else p) for e, p in inside]
    return inside, turned


def _below(name: str, wrapping: list[str]) -> list[str]:
    """Return the parts of a name inside the wrapping folders; none if it lies elsewhere."""
    parts = name.split("/")
    return parts[len(wrapping) :] if parts[: len(wrapping)] == wrapping else []


def _empty_role(name: str, role: dict[str, str]) -> str:
    """Return the role of a folder without images: "class" if other folders are classes, "out" if they are parts."""
    part = roles.role_of(name)
    if set(role.values()) & set(PARTS):
        return part or ("class" if "class" in role.values() else "out")
    return "class"


def _by_folders(inside: list[tuple[ListedFile, list[str]]], role: dict[str, str]) -> _Placed:
    placed = _Placed()
    again = {top: _repeated(top, what, inside) for top, what in role.items() if what in PARTS}
    for entry, parts in inside:
        what = role.get(parts[0], "out") if len(parts) > 1 else "outside"
        if what == "class":
            placed.put("train", parts[0], "/".join(parts[1:]), entry)
        elif what in PARTS and len(parts) > 2 + again[parts[0]]:
            parts = parts[1 + again[parts[0]] :]
            placed.put(what, parts[0], "/".join(parts[1:]), entry)
        else:
            placed.skipped.append((entry.name, _why_out(what, parts)))
    return placed


def _why_out(what: str, parts: list[str]) -> Sentence:
    if what == "out":
        return say("Its folder '{folder}' is for neither training, validation nor test.", folder=parts[0])
    return say("It lies outside the folders of the classes.")


def _repeated(top: str, what: str, inside: list[tuple[ListedFile, list[str]]]) -> int:
    """Return how often a part's folder only contains another one of its kind: seg_train/seg_train/<class>/."""
    paths = [parts[1:] for _, parts in inside if parts[:1] == [top]]
    count = 0
    while (
        paths
        and len({path[count] for path in paths if len(path) > count + 1}) == 1
        and all(len(path) > count + 2 for path in paths)
        and (paths[0][count] == top or roles.role_of(paths[0][count]) == what)
    ):
        count += 1
    return count


def _part(parts: list[str], role: dict[str, str]) -> str:
    """Return the part of an image whose class does not come from its folder."""
    what = role.get(parts[0], "train") if len(parts) > 1 else "train"
    return "train" if what == "class" else what


def _by_names(inside: list[tuple[ListedFile, list[str]]], role: dict[str, str]) -> _Placed:
    placed = _Placed()
    for entry, parts in inside:
        label, part = labelling.by_name(entry.name), _part(parts, role)
        if part == "out":
            placed.skipped.append((entry.name, _why_out("out", parts)))
        elif label is None:
            placed.skipped.append((entry.name, say("Its name gives no class, as cat.0.jpg or cat_12.jpg do.")))
        else:
            placed.put(part, label, "/".join(parts) or entry.name, entry)
    return placed


def _by_table(inside: list[tuple[ListedFile, list[str]]], role: dict[str, str], table: labelling.LabelTable) -> _Placed:
    placed = _Placed()
    for entry, parts in inside:
        places, part = table.find(entry), _part(parts, role)
        if places is None or not places[0]:
            placed.skipped.append((entry.name, say("The table {table} gives no class for it.", table=table.file)))
        elif part == "out":
            placed.skipped.append((entry.name, _why_out("out", parts)))
        else:
            placed.put(places[1] or part, places[0].replace("/", "-"), "/".join(parts) or entry.name, entry)
    return placed


def _class_folders(folders: tuple[str, ...], wrapping: list[str], role: dict[str, str], turned: bool) -> set[str]:
    """Return the names of the folders that are training classes, including empty ones."""
    named = set()
    for folder in folders:
        parts = _below(folder, wrapping)
        if len(parts) == 1 and role.get(parts[0]) == "class":
            named.add(parts[0])
        elif len(parts) == 2 and role.get(parts[0]) == "train" and not turned and roles.role_of(parts[1]) != "train":
            named.add(parts[1])
    return named


def _classes(
    trained: set[str], placed: _Placed, skipped: list[tuple[str, Sentence]], images: list[ListedFile]
) -> tuple[str, ...]:
    """Return the names of the classes, given the training folders."""
    named: dict[str, str] = {}
    for folder in sorted(trained):
        other = named.setdefault(class_name(folder), folder)
        if other == folder:
            continue
        if len(" ".join(folder.split())) <= MAX_NAME:
            raise DataError(
                "Two folders, {first} and {second}, give the same class name '{name}': they differ only in spaces or in characters "
                "that can't be seen. Rename one.",
                first=repr(other), second=repr(folder), name=class_name(folder),
            )  # fmt: skip
        raise DataError(
            "Two folders give the same class name '{name}': only its first {most} visible characters count. Rename one.",
            name=class_name(folder), most=MAX_NAME,
        )  # fmt: skip
    if not named:
        raise DataError(
            "There are images ({files}), but nothing gives their classes. Make one folder per class: train/cats/, train/dogs/, …; or "
            "name the images cat.0.jpg, dog.0.jpg, …; or add a table labels.csv with a name and a label per line.",
            files=", ".join(image.name for image in images[:NAMED]),
        )  # fmt: skip
    if len(named) < 2:
        raise DataError(
            "Found 1 class ({name}), but a classifier needs two or more. Make one folder per class: train/cats/, "
            "train/dogs/, …",
            name=next(iter(named)),
        )  # fmt: skip
    if len(named) > MAX_CLASSES:
        raise DataError("Found {count} classes, but at most {most} are read. Use fewer.", count=len(named), most=MAX_CLASSES)
    for folder in sorted(trained - placed.folders("train")):
        raise no_image(class_name(folder), [one for one in skipped if f"/{folder}/" in f"/{one[0]}"])
    for part, what in (("test", say("test")), ("val", say("validation"))):
        unknown = sorted(class_name(folder) for folder in placed.folders(part) if class_name(folder) not in named)
        if unknown:
            raise DataError(
                "There are {part} images of '{name}', but no training images of it. Add train/{name}/, or take the {part} "
                "images of it out.",
                name=unknown[0], part=what,
            )  # fmt: skip
    return tuple(sorted(named))
