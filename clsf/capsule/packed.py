"""Shared code for all zip files that this program writes and reads back: which members they have, and how their header begins.

Each kind keeps its own class of errors, and its own sentences where they name it. See `clsf.capsule.reading` and
`clsf.teaching.handin`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass

from clsf import checks
from clsf.capsule import zips
from clsf.errors import ClsfError
from clsf.words import say


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. `foreign` and `missing` make the error for a member that does not belong, and for one that is not there."""

    error: type[ClsfError]
    format: str
    version: int
    fields: Set[str]  # that the head may have
    needed: tuple[str, ...]  # members; the first is the head
    foreign: Callable[[str], ClsfError]
    missing: Callable[[str], ClsfError]
    other: Callable[[], ClsfError]  # for a head of something else

    def opened(self, content: bytes, most: int, no_zip: ClsfError) -> zipfile.ZipFile:
        """Return the archive. Raises `error` for more than `most` bytes, `no_zip` if it is not a zip archive."""
        if len(content) > most:
            raise self.error("It has more than {most} MB.", most=most // 1_000_000)
        try:
            return zips.opened(content)
        except zipfile.BadZipFile:
            raise no_zip from None

    def members(self, archive: zipfile.ZipFile, belongs: Callable[[str], bool]) -> dict[str, zipfile.ZipInfo]:
        """Return the members by name, in order. Each occurs once, is expected, and usually compressed. Raises `error`."""
        found: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            name = member.filename
            if not belongs(name) or name in found:
                raise self.foreign(checks.shown(name))
            if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.error("Its file {name} is encrypted or packed in an unusual way.", name=name)
            found[name] = member
        for name in self.needed:
            if name not in found:
                raise self.missing(name)
        return found

    def json(self, content: bytes, name: str) -> object:
        """Return the content of a JSON member. Raises `error`."""
        try:
            return checks.json_of(self.error, content, strict=True)
        except self.error as error:
            raise self.error("Its file {name} is not JSON. {why}", name=name, why=error.sentence) from error

    def head(self, data: object) -> dict:
        """Return the header, if it declares this kind and a version that can be read. Raises `error`."""
        if not isinstance(data, dict) or data.get("format") != self.format:
            raise self.other()
        version = data.get("version")
        if isinstance(version, int) and not isinstance(version, bool) and version > self.version:
            raise self.error(
                "It has version {version}, but this program reads up to version {own}: a newer one has written it. Update this program.",
                version=version, own=self.version,
            )  # fmt: skip
        checks.one_of(self.error, say("version"), version, (self.version,))
        other = sorted(set(data) - self.fields)
        if other:
            raise self.error("It has the unknown field {name}.", name=checks.shown(other[0]))
        return data

    def texts(self, data: dict, most: Iterable[tuple[str, int]]) -> None:
        """Raise `error` if one of the fields is not text, or is too long."""
        for name, limit in most:
            if not isinstance(data.get(name), str) or len(data[name]) > limit:
                raise self.error("Its field {name} is no text of at most {most} characters.", name=name, most=limit)

    def time(self, value: object) -> float:
        """Return a time in seconds since 1970. Raises `error`."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
            raise self.error("Its time is {value}, but must be seconds since 1970.", value=checks.shown(value))
        return float(value)
