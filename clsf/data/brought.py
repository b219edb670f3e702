"""Data sets in one file: a zip or tar archive of images, an array file (npz), or MNIST's files (idx). Detected by content."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from clsf.data import tars
from clsf.data.archives import opened_file, opened_zip
from clsf.data.arrays import expanded
from clsf.data.layout import pickled
from clsf.data.listing import MAX_BYTES, ListedFile, Listing
from clsf.errors import DataError

GZIP, TAR, IDX = b"\x1f\x8b", b"ustar", b"\0\0\x08"


@contextmanager
def opened(path_or_file: str | Path | BinaryIO, encoding: str | None = None) -> Iterator[Listing]:
    """List the images in a file; they can be read inside the `with` block. Arguments and errors as of `opened_zip`."""
    with ExitStack() as stack:
        file = stack.enter_context(opened_file(path_or_file))
        name = Path(str(path_or_file if isinstance(path_or_file, str | Path) else getattr(path_or_file, "name", "file"))).name
        first = _beginning(file)
        if first.startswith(GZIP):
            file = stack.enter_context(tars.unpacked(file))
            first = _beginning(file)
        if first[257:262] == TAR:
            listing = tars.listed(file)
        elif first.startswith(IDX):
            listing = _alone(name.removesuffix(".gz"), file)
        elif first[:1] == b"\x80" and first[1:2] in b"\2\3\4\5":
            raise pickled()
        elif _of_arrays(file):
            listing = _alone(Path(name).stem + ".npz", file)
        else:
            listing = stack.enter_context(opened_zip(file, encoding))
        yield expanded(listing)


def _beginning(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(512)


def _alone(name: str, file: BinaryIO) -> Listing:
    size = file.seek(0, 2)
    if size > MAX_BYTES:
        raise DataError(
            "The files have {size} MB together (unpacked), but at most {most} MB are read. Make the images smaller, or use fewer.",
            size=size // 1_000_000, most=MAX_BYTES // 1_000_000,
        )  # fmt: skip

    def read() -> bytes:
        file.seek(0)
        return file.read()

    return Listing((ListedFile(name, size, read),), (), ())


def _of_arrays(file: BinaryIO) -> bool:
    """Return whether a file is NumPy's npz: a zip archive of .npy files alone. Only the end of its table of contents is read."""
    file.seek(0)
    if not file.read(4).startswith(b"PK"):
        return False
    size = file.seek(0, 2)
    if size < 1 << 16:
        file.seek(0)
    else:
        file.seek(size - (1 << 16))
    table = file.read()
    names = [table[at + 46 : at + 46 + int.from_bytes(table[at + 28 : at + 30], "little")] for at in _found(table, b"PK\1\2")]
    file.seek(0)
    return bool(names) and all(name.endswith(b".npy") and b"/" not in name for name in names) and zipfile.is_zipfile(file)


def _found(data: bytes, what: bytes) -> Iterator[int]:
    at = data.find(what)
    while at >= 0:
        yield at
        at = data.find(what, at + 1)
