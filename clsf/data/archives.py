"""Zip archives from untrusted sources: their contents, if they are harmless.

Members are read in memory, one at a time, and never more of one than the archive says it holds.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from clsf.data.listing import MAX_FILES, ListedFile, Listing, checked, hidden, ignored, tidy, too_many, why_hidden
from clsf.data.names import decoded
from clsf.errors import DataError
from clsf.words import say

MAX_RATIO = 100
RATIO_FROM = 10_000_000
"""An archive that grows more than a hundredfold is taken for an attack; small ones are accepted, they can't do harm."""

DEFLATE64 = 9
"""Windows packs files of more than 2 GB in this way, and all files of an archive that has become so large."""

PORTION = 1 << 16  # bytes read at a time

MAX_DIRECTORY = 16 << 20
"""Maximum bytes of the table of contents, which zipfile reads as a whole: enough for 50,000 long names."""


@contextmanager
def opened_file(path_or_file: str | Path | BinaryIO) -> Iterator[BinaryIO]:
    """Yield the file at a path, closed afterwards; an open file is yielded and stays open. Raises DataError."""
    with ExitStack() as stack:
        file = path_or_file
        if isinstance(file, str | Path):
            try:
                file = stack.enter_context(Path(file).open("rb"))
            except OSError as error:
                raise DataError(
                    "The file {path} can't be opened: {why}. Give the path of a zip archive.",
                    path=str(path_or_file), why=error.strerror or str(error),
                ) from error  # fmt: skip
        yield file


@contextmanager
def opened_zip(path_or_file: str | Path | BinaryIO, encoding: str | None = None) -> Iterator[Listing]:
    """List a zip archive; its files can be read inside the `with` block.

    `encoding`: of names that don't say theirs, one of `clsf.data.names.ENCODINGS`; None: guessed, see `Listing.encoding`.
    Raises DataError if it is not a zip archive, is encrypted, holds too much, or has names that lead out of it.
    """
    with opened_file(path_or_file) as file:
        file.seek(0)
        yield _listed(file, encoding)


class Careful:
    """A file that refuses to read a huge table of contents, which would fill the memory before it could be checked."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.most = file, MAX_DIRECTORY

    def read(self, size: int = -1) -> bytes:
        if size > self.most:
            raise too_many()
        return self._file.read(size)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def _listed(file: BinaryIO, encoding: str | None) -> Listing:
    careful = Careful(file)
    try:
        archive = zipfile.ZipFile(careful)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise DataError(
            "This is not a zip archive that can be read ({why}). Pack the image folders into a .zip file.", why=str(error)
        ) from error
    careful.most = 1 << 62  # from here on members are read, whose sizes are checked
    entries, folders, skipped = [], [], []
    members = archive.infolist()
    names, encoding = decoded(members, encoding)
    for member, packed in zip(members, names, strict=True):
        name = shown_name(packed)
        refuse_tricks(name, stat.S_ISLNK(member.external_attr >> 16))
        if ignored(name.rstrip("/")):
            continue
        if member.is_dir() or name.endswith("/"):
            folders.append(name.rstrip("/"))
            continue
        if hidden(name):
            skipped.append((name, why_hidden()))
            continue
        _refuse_unreadable(member, name)
        # The table of contents need not list folders; folders that contain files count anyway.
        folders += [name[: slash.start()] for slash in re.finditer("/", name)]
        entries.append(ListedFile(name, member.file_size, lambda member=member: _read(archive, member)))
        if len(entries) > MAX_FILES:
            raise too_many()
    listing = checked(entries, [folder for folder in sorted(set(folders)) if not hidden(folder)], skipped, encoding)
    unpacked = sum(entry.size for entry in listing.entries)
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * file.seek(0, 2):
        raise _bomb()
    return listing


def shown_name(name: str) -> str:
    """Return a name with "/" between folders: some programs on Windows write a backslash."""
    return "/".join(part for part in tidy(name).replace("\\", "/").split("/") if part != ".")


def refuse_tricks(name: str, link: bool) -> None:
    """Raise DataError for a name that leads out of the archive, and for entries that are not plain files (`link`)."""
    parts = name.rstrip("/").split("/")
    if link or "\0" in name or re.match("[A-Za-z]:", name) or not all(parts) or ".." in parts:
        raise DataError(
            "The archive holds the name {name}, which could lead out of it (absolute, with '..' or a link). Pack "
            "plain folders of images again.",
            name=repr(name[:100]),
        )  # fmt: skip


def _refuse_unreadable(member: zipfile.ZipInfo, name: str) -> None:
    if member.flag_bits & 0x1:
        raise DataError("The archive is encrypted ({name} asks for a password). Pack it without a password.", name=name)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, DEFLATE64):
        # zipfile can't unpack other methods in bounded portions
        raise DataError(
            "The archive packs {name} with method {method}, but only plain zip (stored or deflated) is read. Pack it as plain zip.",
            name=name, method=member.compress_type,
        )  # fmt: skip
    if member.file_size > RATIO_FROM and member.file_size > MAX_RATIO * member.compress_size:
        raise _bomb()


def _bomb() -> DataError:
    return DataError(
        "The archive grows more than {ratio} times when it is unpacked, which images do not. Pack the original image files.",
        ratio=MAX_RATIO,
    )  # fmt: skip


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        if member.compress_type == DEFLATE64:
            data = _read_deflate64(archive, member)
        else:
            with archive.open(member) as opened:
                # Not read(): it would unpack everything, whatever size the archive claims.
                data = opened.read(member.file_size + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError("The archive is damaged here: {why}.", why=str(error)) from error
    if len(data) != member.file_size:
        raise DataError("The archive is damaged here: {why}.", why=say("the file is cut off"))
    return data


def _read_deflate64(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Unpack what zipfile can't: the packed bytes lie behind a header of 30 bytes, a name and an extra field."""
    from inflate64 import Inflater

    file = archive.fp
    file.seek(member.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("the header of the file is wrong")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    inflater, data, left = Inflater(), bytearray(), member.compress_size
    while left > 0 and not inflater.eof and len(data) <= member.file_size:
        portion = file.read(min(PORTION, left))
        if not portion:
            break
        left -= len(portion)
        data += inflater.inflate(portion)
    if zlib.crc32(data) != member.CRC:
        raise zipfile.BadZipFile(f"Bad CRC-32 for file {member.filename!r}")
    return bytes(data)
