"""The original file names of an imported set, stored with its images: "train/cat/p07_3.png", in the order of the images.

They tell which images belong together, and which file to remove. Sets of older versions have none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from clsf.data import cache
from clsf.data.folder import data_folder

FILE = "names.json"


def write(folder: Path, names: Sequence[str]) -> None:
    """Write the paths into a folder made by `cache.keep`: training images first, then validation and test."""
    (folder / FILE).touch(mode=0o600)
    (folder / FILE).write_text(json.dumps(list(names)), "utf-8")


def file_names(name: str) -> list[str] | None:
    """Return the paths of a set's images; None if they are not known."""
    if not cache.NAME.fullmatch(name):
        return None
    try:
        names = json.loads((data_folder() / "sets" / name / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return names if isinstance(names, list) and all(isinstance(one, str) for one in names) else None
