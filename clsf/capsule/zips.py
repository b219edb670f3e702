"""Zip archives in memory, opened safely: whoever made the file also controls the table of contents that zipfile reads first."""

from __future__ import annotations

import io
import zipfile
import zlib

from clsf.errors import CapsuleError

MOST_TABLE = 1 << 20
"""Bytes of the table of contents: room for ten thousand weights; zipfile makes an object of each line of it."""


MOST_RATIO = 200  # compression ratio of JSON numbers; that of a zip bomb is about 1000
RATIO_FROM = 10_000_000


class _Careful(io.BytesIO):
    """An in-memory file that refuses reads of more than `most` bytes."""

    most = MOST_TABLE

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > self.most:
            raise zipfile.BadZipFile("the table of contents is too long")
        return super().read(size)


def opened(content: bytes) -> zipfile.ZipFile:
    """Return the archive. Raises zipfile.BadZipFile if it can't be read."""
    file = _Careful(content)
    try:
        archive = zipfile.ZipFile(file)
    except (ValueError, OSError, EOFError, NotImplementedError, RuntimeError, IndexError) as error:
        raise zipfile.BadZipFile(str(error)) from error
    file.most = 1 << 62  # members are read next, whose sizes are checked
    return archive


def content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """Return a member's content. Raises CapsuleError if it unpacks to too much; never unpacks more than allowed."""
    if member.file_size > most:
        raise CapsuleError(
            "Its file {name} has {size} MB unpacked; at most {most} are read.",
            name=member.filename, size=f"{member.file_size / 1e6:.1f}", most=f"{most / 1e6:.1f}",
        )  # fmt: skip
    if member.file_size > RATIO_FROM and member.file_size > MOST_RATIO * max(member.compress_size, 1):
        raise CapsuleError(
            "Its file {name} grows more than {ratio} times when it is unpacked, which no capsule does.",
            name=member.filename, ratio=MOST_RATIO,
        )  # fmt: skip
    try:
        with archive.open(member) as opened:
            data = opened.read(member.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, NotImplementedError) as error:
        raise CapsuleError("Its file {name} is damaged.", name=member.filename) from error
    if len(data) != member.file_size:
        raise CapsuleError("Its file {name} is damaged.", name=member.filename)
    return data
