"""Reads members of an untrusted zip file: looked up and unpacked within limits, never onto the disk."""

from __future__ import annotations

import zipfile
import zlib

from clsf.capsule import zips
from clsf.errors import ConvertError

MOST_MEMBERS = 20_000
MOST_TOTAL = 600_000_000  # bytes, of all members unpacked


def members(content: bytes, what: str) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """Return the archive and name -> member. Raises ConvertError for content that no honest writer makes; see the messages."""
    try:
        archive = zips.opened(content)
    except zipfile.BadZipFile as error:
        raise ConvertError(
            "This is no {what} file: it is not a zip archive, or it is cut short ({why}). Save the model again.",
            what=what, why=str(error)[:80],
        ) from None  # fmt: skip
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise ConvertError(
            "The {what} file has {count} members; at most {most} are read.", what=what, count=len(infos), most=MOST_MEMBERS
        )
    names = [info.filename for info in infos]
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        if info.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
            raise ConvertError(
                "The {what} file names a place outside of itself ({name}), which no honest writer does. It is not opened.",
                what=what, name=info.filename[:80],
            )  # fmt: skip
        if info.flag_bits & 1:
            raise ConvertError(
                "The {what} file is encrypted ({name}). Save the model again without a password.",
                what=what,
                name=info.filename[:80],
            )
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConvertError(
            "The {what} file has the member {name} twice, so it is not clear which one counts.", what=what, name=twice[:80]
        )
    total = sum(info.file_size for info in infos)
    if total > MOST_TOTAL:
        raise ConvertError(
            "The {what} file would need {size} MB unpacked; at most {most} MB are read.",
            what=what, size=f"{total // 1_000_000:,}", most=MOST_TOTAL // 1_000_000,
        )  # fmt: skip
    return archive, dict(zip(names, infos, strict=True))


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, what: str) -> bytes:
    """Return a member's bytes, at most `most` and at most the size in the archive's directory. Raises ConvertError."""
    if member.file_size > most:
        raise ConvertError(
            "The {what} file's member {name} has {size} MB; at most {most} MB are read.",
            what=what, name=member.filename[:80], size=f"{member.file_size / 1e6:,.1f}", most=f"{most / 1e6:,.0f}",
        )  # fmt: skip
    try:
        with archive.open(member) as opened:
            content = opened.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise ConvertError(
            "The {what} file is damaged: its member {name} can't be unpacked ({why}). Save the model again.",
            what=what, name=member.filename[:80], why=str(error)[:80],
        ) from None  # fmt: skip
    if len(content) > most:
        raise ConvertError(
            "The {what} file's member {name} is larger than its table of contents says.", what=what, name=member.filename[:80]
        )
    return content
