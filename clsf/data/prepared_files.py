"""Prepared pixels on disk, shared by both workers and by later runs: <data folder>/prepared/<key>.npy"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np

from clsf.data import cache, temporary
from clsf.data.folder import data_folder
from clsf.data.rows import Rows

KEEP = 8 << 30
"""Maximum bytes of prepared pixels on disk; above it, the files that were unused for the longest time are removed."""


def open_or_make(
    key: str,
    shape: tuple[int, int, int, int],
    chunks: Callable[[], Iterable[np.ndarray]],
    waiting: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """Open a memory map of uint8 pixels of this shape, written from `chunks` if it is not there or damaged.

    `key` covers everything that the pixels depend on; `waiting` is called while another process writes them. Raises
    DataError if they can't be written.
    """
    path = data_folder() / "prepared" / f"{key}.npy"
    array = _open(path, shape)
    if array is not None:
        return array
    with cache.locked(f"prepared-{key}", waiting):
        array = _open(path, shape)  # another process may have written it while this one waited
        if array is None:
            with cache.storing(key):
                _write(path, shape, chunks())
            array = _open(path, shape)
    return array


def _open(path: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError):
        return None
    if array.dtype != np.uint8 or array.shape != shape:
        return None
    with suppress(OSError):  # of a read-only folder, where nothing is removed either
        os.utime(path)  # used now: see KEEP
    return array


def _write(path: Path, shape: tuple[int, ...], chunks: Iterable[np.ndarray]) -> None:
    temporary.private_folder(path.parent)
    make_room(path.parent, int(np.prod(shape)), KEEP)
    making = temporary.folder() / f"{path.name}-{uuid.uuid4().hex[:8]}"
    try:
        with Rows(making, shape[1:]) as rows:
            for chunk in chunks:
                rows.append(chunk)
        making.chmod(0o600)
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)


def make_room(folder: Path, size: int, keep: int, files_are: str = "*.npy") -> None:
    """Remove the least recently used files, until `size` bytes more make no more than `keep`."""
    files = []
    for file in folder.glob(files_are):
        with suppress(FileNotFoundError):  # another process also frees space
            files.append((file.stat().st_mtime, file.stat().st_size, file))
    for _, taken, file in sorted(files, reverse=True):
        size += taken
        if size > keep:
            file.unlink(missing_ok=True)  # a process that has it open keeps it until it ends
