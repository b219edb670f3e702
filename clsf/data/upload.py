"""Turning images from a browser into a data set of one session: checked, decoded and resized in a separate process.

    python -m clsf.data.upload FOLDER        started by `import_upload`; the folder holds upload.zip and order.json

A malicious file can harm only that process: it has a limit of memory and of time, and ends with its parent.
"""

from __future__ import annotations

import json
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO

from clsf.data import access, cache, child, listing, private, temporary
from clsf.data.archives import MAX_RATIO
from clsf.data.imports import Imported, import_zip, read_zip
from clsf.data.layout import LayoutChoices, TreeReading
from clsf.data.progress import Progress, silent
from clsf.data.turns import Turns
from clsf.errors import ClsfError, DataError
from clsf.settings import read as read_settings
from clsf.words import Sentence, say

COMMAND = (sys.executable, "-m", "clsf.data.upload")

ARCHIVE, ORDER = "upload.zip", "order.json"
MAX_SECONDS = 600
MAX_MEMORY = 6 << 30  # bytes of address space, most of them never used

__all__ = ["MAX_RATIO", "import_upload", "packed", "packed_tree", "read_upload"]

_turns = Turns()


def packed(files: Iterable[tuple[str, str, BinaryIO]]) -> BinaryIO:
    """Pack single images, as (class, file name, open file), into a temporary archive, one folder per class.

    Files with the same name are all kept: a number is put before the name.
    """
    out = TemporaryFile()  # noqa: SIM115  the caller closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, (kind, name, file) in enumerate(files):
            plain = _printable(name).replace("\\", "/").rsplit("/", 1)[-1][-100:].lstrip(".") or "image"
            folder = _printable(kind).strip().replace("/", "-").replace("\\", "-").strip(". ") or "class"
            file.seek(0)
            archive.writestr(f"{folder}/{number:05}-{plain}", file.read())
    out.seek(0)
    return out


def packed_tree(files: Iterable[tuple[str, BinaryIO]]) -> BinaryIO:
    """Pack a folder, as (path as the browser gave it, open file), into a temporary archive, unchanged: nothing is left out here."""
    out = TemporaryFile()  # noqa: SIM115  the caller closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, file in files:
            file.seek(0)
            archive.writestr(_printable(name).replace("\\", "/").lstrip("/") or "image", file.read())
    out.seek(0)
    return out


def _printable(text: str) -> str:
    """Return a name without invalid characters: an archive's names end at a zero, and half a letter can't be encoded."""
    return "".join(letter for letter in text if letter.isprintable())


def import_upload(
    archive: BinaryIO, title: str, owner: str, image_size: int | None = None, progress: Progress = silent,
    command: Sequence[str] = COMMAND, choices: LayoutChoices | None = None,
) -> Imported:  # fmt: skip
    """Import an uploaded zip archive as a private set (see `clsf.data.imports` and `clsf.data.private`).

    `owner` is the only one who sees it. If `progress` raises, the work ends and nothing is left. Raises
    DataError if the archive can't be imported, or takes too much time or memory.
    """
    private.sweep()
    result = worked(
        archive, {"title": title, "private": owner, "image_size": image_size, "choices": (choices or LayoutChoices()).to_json()}, progress, command
    )  # fmt: skip
    from clsf.data import catalogue

    name = str(result["name"])
    skipped = tuple((str(file), Sentence.from_json(why)) for file, why in result["skipped"])
    copies = tuple((str(file), str(same)) for file, same in result.get("copies", ()))
    return Imported(name, catalogue.info(name), skipped, copies)


def read_upload(
    archive: BinaryIO, choices: LayoutChoices | None = None, progress: Progress = silent, command: Sequence[str] = COMMAND
) -> TreeReading:
    """Return how an uploaded zip archive is interpreted, to be shown before it is imported; raises as `import_upload`."""
    return TreeReading.from_json(
        worked(archive, {"look": True, "choices": (choices or LayoutChoices()).to_json()}, progress, command)
    )


def worked(archive: BinaryIO, order: dict, progress: Progress, command: Sequence[str]) -> dict:
    """Have a separate process (see `serve`) carry out an order on an archive, when its turn comes; return its result.

    Raises DataError if the archive is too large, the order fails, or the process takes too long or dies.
    """
    allowed = read_settings()
    with _turns.turn(access.reader(), allowed.reading_at_once, lambda before: progress("wait", 0, before)):
        return _done(archive, order, progress, command, allowed.upload_mb)


def _done(archive: BinaryIO, order: dict, progress: Progress, command: Sequence[str], most: int) -> dict:
    began = time.monotonic()

    def paced(stage: str, done: int, total: int) -> None:
        if time.monotonic() - began > MAX_SECONDS:
            raise DataError(
                "Reading the images took more than {minutes} minutes. Use fewer or smaller images.", minutes=MAX_SECONDS // 60
            )
        progress("read" if stage == "download" else stage, done, total)

    title = str(order.get("title", ""))
    with TemporaryDirectory(prefix="upload-", dir=_place(title)) as folder:
        with cache.storing(title):
            with Path(folder, ARCHIVE).open("wb") as file:
                _copy(archive, file, most)
            Path(folder, ORDER).write_text(json.dumps(order), "utf-8")
        end = child.run([*command, folder], paced)
    if end.code != 0 or not isinstance(end.result, dict):
        raise DataError(
            "The images could not be read to the end: the process that reads them ended with code {code} ({why}). Take out "
            "unusually large or damaged files and try again.",
            code=end.code, why=end.last_words,
        )  # fmt: skip
    return end.result


def _place(title: str) -> Path:
    with cache.storing(title):
        return temporary.folder()


def _copy(source: BinaryIO, target: BinaryIO, most: int) -> None:
    """Copy an upload of at most the given number of MB: a browser's own limit can be bypassed."""
    source.seek(0)
    size = 0
    while part := source.read(1 << 20):
        size += len(part)
        if size > most * 1_000_000:
            raise DataError("The upload has more than {most} MB. Make the images smaller, or use fewer.", most=most)
        target.write(part)


def main(arguments: Sequence[str]) -> int:
    """Import the archive in a folder and report the progress. Return the exit code."""
    return serve(arguments, _imported)


def serve(arguments: Sequence[str], work: Callable[[Path, dict, Progress], object]) -> int:
    """Carry out `work(archive, order, progress)` in the child process with limited memory; report progress and result.

    Return the exit code.
    """
    folder = Path(arguments[0])
    temporary.use(folder)
    order = json.loads((folder / ORDER).read_text("utf-8"))
    child.end_with_parent()
    _limit_memory()
    answers, sys.stdout = sys.stdout, sys.stderr  # libraries print to stdout; only our JSON lines may go there

    def tell(**news: object) -> None:
        print(json.dumps(news), file=answers, flush=True)

    try:
        result = work(folder / ARCHIVE, order, lambda stage, done, total: tell(stage=stage, done=done, total=total))
    except ClsfError as error:
        tell(error=error.sentence.to_json())
        return 1
    except MemoryError:
        tell(error=say("The images need more memory than there is for reading them. Use fewer or smaller images.").to_json())
        return 1
    tell(result=result)
    return 0


def _imported(archive: Path, order: dict, progress: Progress) -> object:
    choices = LayoutChoices(**order.pop("choices"))
    if order.pop("look", False):
        return read_zip(archive, choices).to_json()
    dataset = import_zip(archive, progress, choices=choices, **order)
    return {"name": dataset.name, "skipped": [(file, why.to_json()) for file, why in dataset.skipped], "copies": dataset.copies}


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    except (ImportError, ValueError, OSError):  # not on Windows; a limit below ours stays
        return


def limits() -> dict[str, int]:
    """Return the limits of an upload, for the page that states them: files, megapixels and so on."""
    from clsf.data.decode import MAX_JPEG_PIXELS, MAX_PIXELS
    from clsf.data.layout import MAX_CLASSES

    return {
        "unpacked": listing.MAX_BYTES // 1_000_000, "files": listing.MAX_FILES,
        "file": listing.MAX_FILE // 1_000_000, "pixels": MAX_PIXELS // 1_000_000, "jpeg_pixels": MAX_JPEG_PIXELS // 1_000_000,
        "classes": MAX_CLASSES,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
