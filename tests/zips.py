"""Zip archives in memory."""

from __future__ import annotations

import io
import zipfile


def contents_of(content: bytes) -> dict[str, bytes]:
    """Return the contents of a zip archive, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes | str], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive with these contents."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()
