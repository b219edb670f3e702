"""The files of a folder or a zip archive, listed and readable one by one; nothing is ever unpacked to the disk.

Both give the same names for the same content: "/" between folders, Unicode composed (NFC), sorted.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clsf.errors import DataError
from clsf.words import Sentence, say

MAX_FILES = 50_000
MAX_FILE = 50_000_000  # bytes of one file, unpacked
MAX_BYTES = 1 << 30  # of all files, unpacked


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file. `read` returns its bytes, or raises DataError whose sentence says why they can't be read."""

    name: str
    size: int  # bytes
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Listing:
    entries: tuple[ListedFile, ...]
    folders: tuple[str, ...]  # all of them, also those that hold no file
    skipped: tuple[tuple[str, Sentence], ...]  # entries that can't be read, and why
    encoding: str | None = None  # of the names in a zip archive that did not say theirs


def list_folder(path: Path) -> Listing:
    """List what is in a folder and below. Raises DataError if it can't be read or holds too much."""
    if not path.is_dir():
        raise DataError("There is no folder {path}. Give the path of a folder that holds the images.", path=str(path))
    entries, folders, skipped = [], [], []
    for parent, below, files in os.walk(path):
        for name in [*below, *files]:
            file = Path(parent, name)
            shown = tidy(file.relative_to(path).as_posix())
            if ignored(shown):
                continue
            if name in below and not file.is_symlink() and hidden(shown):
                continue  # its files are named
            if hidden(shown):
                skipped.append((shown, why_hidden()))
            elif file.is_symlink():
                skipped.append((shown, say("It is a link to another place; links are not followed.")))
            elif name in below:
                folders.append(shown)
            elif file.is_file():
                entries.append(ListedFile(shown, file.stat().st_size, lambda file=file: _read(file)))
                if len(entries) > MAX_FILES:
                    raise too_many()
    return checked(entries, folders, skipped)


def checked(
    entries: list[ListedFile], folders: list[str], skipped: list[tuple[str, Sentence]], encoding: str | None = None
) -> Listing:
    """Return the listing, sorted. Raises DataError if a file or all of them are too big."""
    entries = sorted(entries, key=lambda entry: entry.name)
    for entry in entries:
        if entry.size > MAX_FILE:
            raise DataError(
                "The file {file} has {size} MB, but no file may have more than {most} MB. Take it out or make it smaller.",
                file=entry.name, size=entry.size // 1_000_000, most=MAX_FILE // 1_000_000,
            )  # fmt: skip
    total = sum(entry.size for entry in entries)
    if total > MAX_BYTES:
        raise DataError(
            "The files have {size} MB together (unpacked), but at most {most} MB are read. Make the images smaller, or use fewer.",
            size=total // 1_000_000, most=MAX_BYTES // 1_000_000,
        )  # fmt: skip
    return Listing(tuple(entries), tuple(sorted(folders)), tuple(sorted(skipped, key=lambda pair: pair[0])), encoding)


LEFT_BEHIND = {
    "__MACOSX", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini", "@eaDir", "$RECYCLE.BIN", "System Volume Information",
    ".DS_Store", ".ipynb_checkpoints", ".git", ".github", ".svn", ".hg", ".idea", ".vscode", ".thumbnails", ".Trashes",
    ".AppleDouble", ".Spotlight-V100", ".fseventsd", ".gitignore", ".gitattributes", ".gitkeep", ".keep", ".directory",
    ".picasa.ini", ".nomedia", "__pycache__", "#recycle", "Icon\r",
}  # fmt: skip
"""Names of files and folders that programs create automatically."""


def ignored(name: str) -> bool:
    """Return whether computers create files of this name automatically."""
    return any(
        part in LEFT_BEHIND or part.endswith(("@SynoEAStream", "@SynoResource")) or part.startswith("._")
        for part in name.split("/")
    )


def hidden(name: str) -> bool:
    """Return whether a file or one of its folders is hidden: its name begins with a dot."""
    return any(part.startswith(".") for part in name.split("/"))


def why_hidden() -> Sentence:
    return say("It is hidden: a name that begins with a dot. Rename it if it is to be read.")


def tidy(name: str) -> str:
    """Return a name that can be shown and stored: in composed form, so that Hangul from a Mac equals that from other systems."""
    return unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))


def too_many() -> DataError:
    return DataError("There are more than {most} files. Use fewer images.", most=MAX_FILES)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise DataError("It can't be read: {why}.", why=error.strerror or str(error)) from error
