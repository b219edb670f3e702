"""Images in files of arrays: NumPy's npz and MNIST's idx, with or without gzip. Each image is read like a file of its own.

Nothing is unpickled: an array of objects is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from math import prod

import numpy as np

from clsf.data import roles
from clsf.data.archives import Careful
from clsf.data.kinds import SUFFIXES
from clsf.data.listing import MAX_BYTES, ListedFile, Listing
from clsf.data.tars import inflated
from clsf.errors import DataError
from clsf.words import Sentence, say

MAX_IMAGES = 200_000
MAX_HEADER = 10_000  # bytes of a .npy file's header
MOST_ARRAYS = 100
PARTS = {
    "train": ("x_train", "y_train"), "val": ("x_val", "y_val"), "test": ("x_test", "y_test"),
}  # fmt: skip
OTHER_NAMES = (
    {part: (f"{part}_images", f"{part}_labels") for part in PARTS},
    {"": ("images", "labels")},
    {"": ("x", "y")},
)
"""Ways to name the arrays besides Keras': MedMNIST's, and those without parts."""

IDX_NAME = re.compile(r"^(?P<before>.*?)(?P<what>images|labels)[-.]idx[13][-.]ubyte(?P<gz>\.gz)?$", re.IGNORECASE)


def expanded(listing: Listing) -> Listing:
    """Return the listing with an entry per image in place of files of arrays, if there are array files and no image files.

    The entries are called train/<class>/<number>.pgm and so on. Raises DataError for arrays that are not labelled images.
    """
    if any(entry.name.lower().endswith(SUFFIXES) for entry in listing.entries):
        return listing
    archives = [entry for entry in listing.entries if entry.name.lower().endswith(".npz")]
    pairs = {}
    for entry in listing.entries:
        match = IDX_NAME.match(entry.name)
        if match:
            pairs.setdefault(match["before"], {})[match["what"].lower()] = entry
    if not archives and not pairs:
        return listing
    images: list[ListedFile] = []
    used = {entry.name for entry in archives}
    for entry in archives:
        images += _of_npz(entry)
        _refuse_many(len(images))
    for before, pair in sorted(pairs.items()):
        used |= {entry.name for entry in pair.values()}
        images += _of_idx(before, pair)
        _refuse_many(len(images))
    # Two files may hold images of one part: all of them are numbered.
    named = [ListedFile(f"{e.name[:-4]}-{number:06}{e.name[-4:]}", e.size, e.read) for number, e in enumerate(images)]
    others = [entry for entry in listing.entries if entry.name not in used]
    entries = tuple(sorted([*named, *others], key=lambda entry: entry.name))
    return Listing(entries, (), listing.skipped, listing.encoding)


def _refuse_many(count: int) -> None:
    """Raise DataError for too many images: before an entry is made for each, because entries take a hundred times their bytes."""
    if count > MAX_IMAGES:
        raise DataError("There are {count} images, but at most {most} are read. Use fewer.", count=count, most=MAX_IMAGES)


def _of_idx(before: str, pair: dict[str, ListedFile]) -> Iterator[ListedFile]:
    for what, other in (("images", "labels"), ("labels", "images")):
        if what not in pair:
            raise DataError(
                "The file {file} needs its {what} next to it, called {name}. Give the folder, or a zip archive, that holds both.",
                file=pair[other].name, what=say("images") if what == "images" else say("labels"),
                name=f"{before}{what}-idx{3 if what == 'images' else 1}-ubyte",
            )  # fmt: skip
    part = _part_of(before)
    pixels, labels = (idx(pair[what]) for what in ("images", "labels"))
    return _entries(pair["images"].name, part, pixels, labels, None)


def _part_of(name: str) -> str:
    """Return the part named by a file's name: t10k is MNIST's test part."""
    words = re.split(r"[^a-z0-9]+", name.lower())
    return next((role for word in reversed(words) if (role := "test" if word == "t10k" else roles.role_of(word))), "train")


def idx(entry: ListedFile) -> np.ndarray:
    """Return the array in an idx file, uint8. Raises DataError if it is damaged. Source: LeCun et al., MNIST's page."""
    data = entry.read()
    if data[:2] == b"\x1f\x8b":
        data = inflated(data, MAX_BYTES)
    dimensions = data[3] if len(data) > 3 else 0
    if data[:3] != b"\0\0\x08" or not 1 <= dimensions <= 4 or len(data) < 4 + 4 * dimensions:
        raise DataError("The file {file} is no idx file of bytes, as MNIST's are.", file=entry.name)
    shape = tuple(int(size) for size in np.frombuffer(data, ">u4", dimensions, 4))
    if prod(shape) != len(data) - 4 - 4 * dimensions:
        raise DataError(
            "The file {file} is damaged: its header says {shape}, but it holds {bytes} bytes.",
            file=entry.name, shape="×".join(map(str, shape)), bytes=f"{len(data) - 4 - 4 * dimensions:,}",
        )  # fmt: skip
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _of_npz(entry: ListedFile) -> list[ListedFile]:
    with npz(entry) as arrays:
        names = {name.lower(): name for name in arrays}
        for way in (PARTS, *OTHER_NAMES):
            parts = {part: pair for part, pair in way.items() if pair[0] in names}
            if not parts:
                continue
            classes = arrays[names["classes"]] if "classes" in names else None
            made: list[ListedFile] = []
            for part, (pixels, labels) in parts.items():
                if labels not in names:
                    raise DataError(
                        "The file {file} has the images {images}, but not their labels {labels}.",
                        file=entry.name, images=names[pixels], labels=labels,
                    )  # fmt: skip
                where = part or _part_of(entry.name.rpartition("/")[2][:-4])
                made += _entries(entry.name, where, arrays[names[pixels]], arrays[names[labels]], classes)
            return made
        raise DataError(
            "The file {file} holds the arrays {names}, but needs x_train and y_train (and, if wanted, x_val, y_val, x_test, y_test), "
            "or images and labels. Save it by numpy.savez(file, x_train=…, y_train=…).",
            file=entry.name, names=", ".join(sorted(names.values())[:8]) or "–",
        )  # fmt: skip


class npz:  # noqa: N801  used like a function
    """The arrays of an npz file, read on demand. Raises DataError if it is damaged, or if it holds objects."""

    def __init__(self, entry: ListedFile) -> None:
        self._file = entry.name
        try:
            careful = Careful(io.BytesIO(entry.read()))
            self._archive = zipfile.ZipFile(careful)
            careful.most = MAX_BYTES  # from here on members are read, whose sizes are checked
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
            raise self._damaged(error) from error
        self._members = {m.filename[:-4]: m for m in self._archive.infolist() if m.filename.endswith(".npy")}
        if len(self._members) > MOST_ARRAYS:
            raise self._damaged(say("it holds too many arrays (limit: {most})", most=MOST_ARRAYS))
        if sum(m.file_size for m in self._members.values()) > MAX_BYTES:
            raise DataError(
                "The files have {size} MB together (unpacked), but at most {most} MB are read. Make the images smaller, or use fewer.",
                size=sum(m.file_size for m in self._members.values()) // 1_000_000, most=MAX_BYTES // 1_000_000,
            )  # fmt: skip

    def __enter__(self) -> npz:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __getitem__(self, name: str) -> np.ndarray:
        member = self._members[name]
        try:
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others unpack without bounds
                raise NotImplementedError(f"compression method {member.compress_type}")
            with self._archive.open(member) as opened:
                data = opened.read(member.file_size + 1)
            if len(data) != member.file_size:
                raise ValueError("the sizes differ")
            file = io.BytesIO(data)
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, by_columns, dtype = read(file, max_header_size=MAX_HEADER)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error) as error:
            raise self._damaged(error) from error
        if dtype.hasobject:
            raise DataError(
                "The array {name} of {file} holds Python objects, which are pickled: opening them would run what is in them. Save plain "
                "numbers: numpy.savez(file, x_train=numpy.array(images, 'uint8'), …).",
                name=name, file=self._file,
            )  # fmt: skip
        if prod(shape) * dtype.itemsize != len(data) - file.tell() or not dtype.itemsize:
            raise self._damaged(ValueError(f"{name}: {shape}, {dtype}"))
        try:
            return np.frombuffer(data, dtype, offset=file.tell()).reshape(shape, order="F" if by_columns else "C")
        except (ValueError, OverflowError) as error:  # a shape of no numbers whose other sides no machine can hold
            raise self._damaged(error) from error

    def _damaged(self, why: Exception | Sentence) -> DataError:
        return DataError(
            "The file {file} is no npz file that can be read: {why}.", file=self._file, why=str(why)[:200] if isinstance(why, Exception) else why
        )  # fmt: skip


def _entries(file: str, part: str, pixels: np.ndarray, labels: np.ndarray, classes: np.ndarray | None) -> Iterator[ListedFile]:
    """Yield an entry per image, whose content is a PGM or PPM file."""
    _refuse_many(max(len(pixels) if pixels.ndim else 0, labels.size))
    pixels, labels = _pixels(file, pixels), _labels(file, labels, classes)
    if len(labels) != len(pixels):
        raise DataError(
            "In the part {part} of the file {file}, the number of images is {images} and that of labels {labels}; they must be equal.",
            file=file, images=len(pixels), labels=len(labels), part=part,
        )  # fmt: skip
    height, width, channels = pixels.shape[1:]
    head = f"P{5 if channels == 1 else 6} {width} {height} 255\n".encode()
    kind, size = ".pgm" if channels == 1 else ".ppm", len(head) + height * width * channels
    for at, label in enumerate(labels):
        yield ListedFile(f"{part}/{label}/{at:06}{kind}", size, lambda at=at: head + pixels[at].tobytes())


def _pixels(file: str, given: np.ndarray) -> np.ndarray:
    """Return images as uint8 (n, h, w, 1 or 3)."""
    pixels = given[..., None] if given.ndim == 3 else given
    if pixels.ndim == 4 and pixels.shape[3] not in (1, 3) and pixels.shape[1] in (1, 3):
        pixels = pixels.transpose(0, 2, 3, 1)  # channels first, as PyTorch has them
    if pixels.ndim != 4 or pixels.shape[3] not in (1, 3) or not pixels.size:
        raise DataError(
            "The images in {file} have the shape {shape}, but must be (number, height, width), with 1 or 3 channels at the end if "
            "they are coloured.",
            file=file, shape="×".join(map(str, given.shape)),
        )  # fmt: skip
    if pixels.dtype == np.uint8:
        return pixels
    low, high = (float(pixels.min()), float(pixels.max())) if pixels.dtype.kind in "fiub" else (float("nan"),) * 2
    if not 0 <= low <= high <= 255:
        raise DataError(
            "The images in {file} are {dtype} from {low} to {high}, but must be whole numbers from 0 to 255, or fractions from 0 to 1.",
            file=file, dtype=str(pixels.dtype), low=f"{low:g}", high=f"{high:g}",
        )  # fmt: skip
    scale = 255 if high <= 1 and pixels.dtype.kind in "fb" else 1
    out = np.empty(pixels.shape, np.uint8)
    for start in range(0, len(pixels), 1000):
        out[start : start + 1000] = np.rint(pixels[start : start + 1000].astype(np.float64) * scale)
    return out


def _labels(file: str, given: np.ndarray, classes: np.ndarray | None) -> list[str]:
    """Return the names of the classes, one per image; numbers are padded with zeros, so that they sort as numbers."""
    labels = given.argmax(axis=1) if given.ndim == 2 and given.shape[1] > 1 else given.ravel()
    if labels.dtype.kind == "U":
        return [_plain(str(label)) for label in labels]
    if labels.dtype.kind == "f" and np.array_equal(labels, np.rint(labels)):
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "iub" or (len(labels) and int(labels.min()) < 0):
        raise DataError(
            "The labels in {file} are {dtype}, but must be whole numbers from 0, or names.", file=file, dtype=str(given.dtype)
        )
    labels = labels.astype(np.int64)
    highest = int(labels.max()) if len(labels) else 0
    if classes is not None and classes.dtype.kind == "U" and classes.ndim == 1 and highest < len(classes):
        names = [_plain(str(name)) for name in classes]
        if len(set(names)) == len(names):
            return [names[label] for label in labels]
    return [f"{label:0{len(str(highest))}}" for label in labels]


def _plain(name: str) -> str:
    """Return a name that is valid for a folder."""
    kept = "".join(letter for letter in name if letter.isprintable())
    return kept.replace("/", "-").replace("\\", "-").strip().lstrip(".") or "?"
