"""Tar archives from untrusted sources, with or without gzip: their members are read one by one, never extracted."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from clsf.data import temporary
from clsf.data.archives import MAX_DIRECTORY, refuse_tricks, shown_name
from clsf.data.listing import MAX_BYTES, MAX_FILES, ListedFile, Listing, checked, hidden, ignored, too_many, why_hidden
from clsf.errors import DataError
from clsf.words import say

PORTION = 1 << 20  # bytes that are unpacked at a time
MAX_UNPACKED = MAX_BYTES + 2 * 512 * MAX_FILES
"""Maximum bytes of a tar file: its members, each with a header and padded to whole blocks of 512."""


@contextmanager
def unpacked(file: BinaryIO) -> Iterator[BinaryIO]:
    """Unpack a gzip file into a temporary one without a name. Raises DataError if it is damaged or becomes too big."""
    with TemporaryFile(dir=temporary.folder()) as out:
        size = 0
        for portion in _portions(file):
            size += len(portion)
            if size > MAX_UNPACKED:
                raise DataError(
                    "Unpacked, the archive has more than {most} MB. Make the images smaller, or use fewer.",
                    most=MAX_BYTES // 1_000_000,
                )
            out.write(portion)
        out.seek(0)
        yield out


def inflated(data: bytes, most: int) -> bytes:
    """Return the content of gzip data, at most `most` bytes. Raises DataError if there is more, or if it is damaged."""
    unpacker = zlib.decompressobj(31)  # 31: gzip's header
    try:
        content = unpacker.decompress(data, most + 1)
    except zlib.error as error:
        raise DataError("The archive is damaged here: {why}.", why=str(error)) from error
    if len(content) > most:
        raise DataError(
            "Unpacked, the archive has more than {most} MB. Make the images smaller, or use fewer.", most=most // 1_000_000
        )
    if not unpacker.eof:
        raise DataError("The archive is damaged here: {why}.", why=say("the file is cut off"))
    return content


def _portions(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    unpacker, left = zlib.decompressobj(31), b""
    try:
        while True:
            left = left or file.read(PORTION)
            if not left:
                break
            if unpacker.eof:  # gzip files may be concatenated; other data at the end are ignored
                if not left.startswith(b"\x1f\x8b"):
                    return
                unpacker = zlib.decompressobj(31)
            yield unpacker.decompress(left, PORTION)
            left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except zlib.error as error:
        raise DataError("The archive is damaged here: {why}.", why=str(error)) from error
    if not unpacker.eof:
        raise DataError("The archive is damaged here: {why}.", why=say("the file is cut off"))


class _Careful:
    """A file that refuses to read huge headers while the archive is listed: tarfile reads a member's long name as a whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_DIRECTORY:
            raise too_many()
        return self._file.read(size)

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def listed(file: BinaryIO) -> Listing:
    """List a tar archive that is not compressed; its files can be read as long as `file` is open.

    Raises DataError if it is damaged, holds too much, links or devices, or has names that lead out of it.
    """
    file.seek(0)
    entries, folders, skipped = [], set(), []
    try:
        with tarfile.open(fileobj=_Careful(file), mode="r:", encoding="utf-8", errors="surrogateescape") as archive:
            for number, member in enumerate(archive):
                if number > 2 * MAX_FILES:
                    raise too_many()
                archive.members = []  # tarfile keeps all it has seen
                _place(file, member, entries, folders, skipped)
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError) as error:
        raise DataError("The archive is damaged here: {why}.", why=str(error)) from error
    return checked(entries, [folder for folder in sorted(folders) if not hidden(folder)], skipped)


def _place(file: BinaryIO, member: tarfile.TarInfo, entries: list[ListedFile], folders: set[str], skipped: list) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in member.name):
        raise DataError(
            "The names in this archive, such as {name}, are not in UTF-8, and a tar file does not say in what. Pack a zip archive instead.",
            name=repr(member.name.encode("utf-8", "replace").decode()[:100]),
        )
    name = shown_name(member.name).rstrip("/")
    if not name and member.isdir():  # "./", the folder that was packed
        return
    refuse_tricks(name, not (member.isreg() or member.isdir()) or member.issparse())
    if ignored(name):
        return
    above = name if member.isdir() else name.rpartition("/")[0]
    folders.update(above[:at] for at in [*(i for i, letter in enumerate(above) if letter == "/"), len(above)] if above)
    if member.isdir():
        return
    if hidden(name):
        skipped.append((name, why_hidden()))
        return
    entries.append(ListedFile(name, member.size, lambda: _read(file, member.offset_data, member.size)))
    if len(entries) > MAX_FILES:
        raise too_many()


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    data = file.read(size)
    if len(data) != size:
        raise DataError("The archive is damaged here: {why}.", why=say("the file is cut off"))
    return data
