"""Image files and teach-again files from a browser, read in a separate process: a malicious file can harm only that process.

python -m clsf.own.reading FOLDER        started by `clsf.data.upload.worked`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from clsf.data import temporary, upload
from clsf.data.archives import opened_zip
from clsf.data.decode import decode, quietly
from clsf.data.progress import Progress, silent
from clsf.errors import DataError
from clsf.own import teach_file
from clsf.own.collection import SIDE, Collection, OwnClass, evenly
from clsf.words import Sentence

COMMAND = (sys.executable, "-m", "clsf.own.reading")


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """The content of image files: uint8 (n, SIDE, SIDE, 3), and the skipped files, each with the reason."""

    pixels: np.ndarray
    skipped: tuple[tuple[str, Sentence], ...]
    given: int  # number of files; if there are too many, an even selection is taken


def pictures(files: Sequence[tuple[str, BinaryIO]], most: int, progress: Progress = silent) -> Pictures:
    """Decode image files, (name, open file): turned upright (EXIF), cut square around the centre, at most `most` of them.

    Raises DataError if the process that decodes them takes too long or too much memory, or ends early.
    """
    taken = [files[k] for k in evenly(len(files), most)]
    if not taken:
        return Pictures(np.zeros((0, SIDE, SIDE, 3), np.uint8), (), len(files))
    with upload.packed(("images", name, file) for name, file in taken) as archive:
        result, arrays = _worked(archive, {"what": "pictures"}, progress)
    skipped = tuple((str(name), Sentence.from_json(why)) for name, why in result["skipped"])
    return Pictures(arrays["pixels"], skipped, len(files))


def taught_again(file: BinaryIO, progress: Progress = silent) -> Collection:
    """Return the collection in a teach-again file; everything in it is checked. Raises DataError with a message."""
    result, arrays = _worked(file, {"what": "again"}, progress)
    ends = np.cumsum(result["counts"])[:-1]
    parts = zip(result["names"], np.split(arrays["pixels"], ends), np.split(arrays["recordings"], ends), strict=True)
    return Collection(tuple(OwnClass(str(name), pixels, recordings) for name, pixels, recordings in parts))


def _worked(archive: BinaryIO, order: dict, progress: Progress) -> tuple[dict, dict[str, np.ndarray]]:
    """Return the process's answer and its arrays, from a file that our own code wrote."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="own-", dir=temporary.folder()) as folder:
        out = Path(folder, "arrays.npz")
        result = upload.worked(archive, order | {"out": str(out)}, progress, COMMAND)
        with np.load(out, allow_pickle=False) as arrays:
            return result, {name: arrays[name] for name in arrays.files}


# In the child process.


def main(arguments: Sequence[str]) -> int:
    return upload.serve(arguments, lambda archive, order, progress: quietly(lambda: _read(archive, order, progress)))


def _read(archive: Path, order: dict, progress: Progress) -> dict:
    if order["what"] == "again":
        taught = teach_file.read(archive, progress)
        np.savez(order["out"], pixels=taught.pixels, recordings=taught.recordings)
        return {"names": taught.names, "counts": [len(kind) for kind in taught.kinds]}
    images, skipped = [], []
    with opened_zip(archive) as listing:
        skipped += [(_file(name), why.to_json()) for name, why in listing.skipped]
        for done, entry in enumerate(listing.entries):
            progress("read", done, len(listing.entries))
            try:
                images.append(decode(entry.read(), SIDE, SIDE, 3))
            except DataError as error:
                skipped.append((_file(entry.name), error.sentence.to_json()))
    np.savez(order["out"], pixels=np.stack(images) if images else np.zeros((0, SIDE, SIDE, 3), np.uint8))
    return {"skipped": skipped}


def _file(packed: str) -> str:
    """Return a file's own name, without the folder and the number that `upload.packed` put before it."""
    return packed.rpartition("/")[2][6:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
