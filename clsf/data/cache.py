"""Data sets on disk: each a folder of .npy files that several processes open at once without copying them to memory.

    <data folder>/sets/<name>/   train_pixels.npy  train_labels.npy  (test_pixels.npy  test_labels.npy)  meta.json

A folder is written under another name and renamed when it is complete, so a data set is never half written.
The data folder is $CLSF_DATA, otherwise the place where this system keeps caches.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from clsf.data import temporary
from clsf.data.folder import data_folder
from clsf.data.images import Dataset, Images
from clsf.errors import DataError

FORMAT = 1
"""Increased when the files or the embedded images change; sets made with another version are made again."""

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""Names become folders and may come from a URL: no characters that could lead elsewhere."""

WAIT = 0.2  # seconds between two calls of `waiting`


def names() -> list[str]:
    """Return the names of all kept sets, sorted; some of them may be damaged."""
    try:
        return sorted(entry.name for entry in (data_folder() / "sets").iterdir() if NAME.fullmatch(entry.name))
    except OSError:  # nothing was ever kept
        return []


def facts(name: str) -> dict | None:
    """Return the content of a set's meta.json; None if the set is not kept. Raises DataError if its files are damaged.

    Reads no image: a page may ask this often. The fields are those that `keep` was given, and "checksum".
    """
    folder = data_folder() / "sets" / name
    if not NAME.fullmatch(name) or not folder.is_dir():
        return None
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        if meta["format"] != FORMAT:
            raise ValueError(f"made in format {meta['format']}, this is format {FORMAT}")
        for part in _parts(meta):
            for file in (f"{part}_pixels.npy", f"{part}_labels.npy"):
                size, expected = (folder / file).stat().st_size, meta["files"][file]
                if size != expected:
                    raise ValueError(f"{file} has {size} bytes instead of {expected}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(name, error) from error
    return meta


def described(name: str) -> dict:
    """Return the content of a set's meta.json, unchecked; {} if it can't be read or is not valid."""
    if not NAME.fullmatch(name):
        return {}
    try:
        meta = json.loads((data_folder() / "sets" / name / "meta.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return meta if isinstance(meta, dict) else {}


def load(name: str) -> Dataset | None:
    """Open a set, its pixels memory-mapped; None if it is not kept. Raises DataError if its files are damaged."""
    meta = facts(name)
    if meta is None:
        return None
    folder = data_folder() / "sets" / name
    try:
        classes = tuple(meta["classes"])
        opened = {
            part: Images(
                np.load(folder / f"{part}_pixels.npy", mmap_mode="r", allow_pickle=False),
                np.load(folder / f"{part}_labels.npy", allow_pickle=False),
                classes,
            )
            for part in _parts(meta)
        }
        train, fitting = opened["train"], None
        own = int(meta.get("validation", 0))
        if own:
            fitting, first = train, len(train) - own
            train = Images(fitting.pixels[:first], fitting.labels[:first], classes)
        return Dataset(name, train, opened.get("test"), str(meta["checksum"]), fitting)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DataError) as error:
        raise _damaged(name, error) from error


def write(folder: Path, part: str, images: Images) -> None:
    """Write one part, "train" or "test", into a folder made by `keep`."""
    np.save(folder / f"{part}_pixels.npy", images.pixels)
    np.save(folder / f"{part}_labels.npy", images.labels)


def keep(name: str, fill: Callable[[Path], dict]) -> None:
    """Let `fill` write a set's .npy files into an empty folder, then put that folder in place under `name`.

    `fill` returns the fields of meta.json: "classes" and any others. Call this under `locked(name)`; a folder of that
    name is replaced. If `fill` raises, nothing is left behind. Raises DataError if the disk does not take it.
    """
    sets = data_folder() / "sets"
    with storing(name):
        temporary.private_folder(sets)
        making = temporary.folder() / f"{name}-{uuid.uuid4().hex[:8]}"
        try:
            making.mkdir(mode=0o700)
            meta = fill(making)
            files = {file.name: _settled(file) for file in sorted(making.glob("*.npy"))}
            checksum = hashlib.sha256(json.dumps(files).encode()).hexdigest()
            sizes = {file: size for file, (size, _) in files.items()}
            text = json.dumps({"format": FORMAT, "checksum": checksum, "files": sizes, **meta}, indent=1)
            (making / "meta.json").write_text(text, "utf-8")
            _settled(making / "meta.json")
            shutil.rmtree(sets / name, ignore_errors=True)
            making.rename(sets / name)
        finally:
            shutil.rmtree(making, ignore_errors=True)


def change(name: str, **fields: object) -> None:
    """Change some fields of a stored set's meta.json. Raises DataError if it is damaged or not stored."""
    with locked(name):
        meta = facts(name)
        if meta is None:
            raise _damaged(name, FileNotFoundError("meta.json"))
        folder = data_folder() / "sets" / name
        making = folder / f".meta-{uuid.uuid4().hex[:8]}"
        with storing(name):
            making.touch(mode=0o600)
            making.write_text(json.dumps({**meta, **fields}, indent=1), "utf-8")
            making.replace(folder / "meta.json")


def remove(name: str) -> None:
    """Delete a set from the disk, with the files prepared from it. A process that has it open keeps it until it ends."""
    if not NAME.fullmatch(name):
        return
    with locked(name):
        shutil.rmtree(data_folder() / "sets" / name, ignore_errors=True)
        for file in [*(data_folder() / "prepared").glob(f"{name}-*.npy"), *(data_folder() / "features").glob(f"{name}-*.npz")]:
            file.unlink(missing_ok=True)


def used(name: str, now: bool = False) -> float:
    """Return when a set was last used, in seconds since 1970; with `now`, record a use. 0 if it is not kept."""
    meta = data_folder() / "sets" / name / "meta.json"
    try:
        if now:
            os.utime(meta)
        return meta.stat().st_mtime
    except OSError:
        return 0.0


@contextmanager
def locked(name: str, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of that name against all other processes and threads.

    `waiting` is called about five times a second while another process holds it; if it raises, the waiting ends. A process that
    dies loses its locks.
    """
    from filelock import FileLock, Timeout

    with storing(name):
        folder = data_folder() / "locks"
        temporary.private_folder(folder)
    lock = FileLock(folder / f"{name}.lock", mode=0o600)
    while not lock.is_locked:
        try:
            with storing(name):
                lock.acquire(timeout=WAIT)
        except Timeout:
            waiting()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def storing(name: str) -> Iterator[None]:
    """Turn an OSError inside the block into a DataError that says what the user can do."""
    try:
        yield
    except TimeoutError:  # not the disk: filelock's Timeout is one too
        raise
    except OSError as error:
        raise DataError(
            "The data set '{name}' can't be stored in {folder}: {why}. Make room there, or choose another folder with the "
            "environment variable CLSF_DATA.",
            name=name, folder=str(data_folder()), why=error.strerror or str(error),
        ) from error  # fmt: skip


def _parts(meta: dict) -> tuple[str, ...]:
    return ("train", "test") if "test_pixels.npy" in meta["files"] else ("train",)


def _settled(file: Path) -> tuple[int, str]:
    """Return size and SHA-256 of a file once it is on the disk: a power cut must not leave zeros under a valid name."""
    file.chmod(0o600)
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
        return file.stat().st_size, hashlib.file_digest(opened, "sha256").hexdigest()


def _damaged(name: str, why: Exception) -> DataError:
    return DataError("The stored files of the data set '{name}' are damaged: {why}.", name=name, why=str(why))
