"""Zip archives in memory, opened with care: whoever packed one also wrote the table of contents that zipfile reads first."""

from __future__ import annotations

import io
import zipfile

MOST_TABLE = 1 << 20
"""Bytes of the table of contents: room for ten thousand weights; zipfile makes an object of each line of it."""


class _Careful(io.BytesIO):
    """Bytes of which no more than `most` are given at once."""

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
