"""One private folder for all temporary files of a process, on the disk of the images: <data folder>/tmp/<process>/

Each process holds a lock next to its folder, which is released however it ends. A process that starts later removes the folders
whose lock is free, so that nothing of an upload stays behind, and restricts access to folders that an older version left open.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path

from clsf.data.folder import data_folder

REMOVING_SECONDS = 2.0

_lock = threading.Lock()
_folders: dict[Path, Path] = {}  # data folder -> this process's folder in it
_locks: list[object] = []
_given: Path | None = None


def folder() -> Path:
    """Return this process's temporary folder, created at the first call. Raises OSError if that fails."""
    if _given is not None:
        return _given
    root = data_folder()
    with _lock:
        made = _folders.get(root)
        if made is None or not made.is_dir():
            made = _folders[root] = _made(private_folder(root / "tmp"))
        return made


def use(given: Path) -> None:
    """Have this process use a folder that its parent gave it, and will remove."""
    global _given
    _given = given
    tempfile.tempdir = str(given)


def begin() -> None:
    """Clean up after ended processes, restrict access to the data folder, and use the private folder here and in the workers.

    Where the data folder can't be written, the system's own folder for temporary files stays in use.
    """
    with suppress(OSError):
        own = folder()
        sweep()
        tighten(data_folder(), ("sets", "prepared", "features", "pretrained", "locks", "raw", "tmp"))
        tempfile.tempdir = os.environ["TMPDIR"] = str(own)


def sweep() -> None:
    """Remove the temporary folders of ended processes, and unfinished sets of older versions."""
    from filelock import FileLock, Timeout

    root = data_folder()
    for left in [*(root / "tmp").glob("*"), *(root / "sets").glob(".folder-*")]:
        if left.suffix == ".lock" or left in _folders.values():
            continue
        of_set = left.parent.name == "sets"
        lock = root / "locks" / f"{left.name[1:-9]}.lock" if of_set else left.with_name(left.name + ".lock")
        with suppress(OSError, Timeout):
            private_folder(lock.parent)
            with FileLock(lock, timeout=0, mode=0o600):
                _remove(left)
                if not of_set:
                    lock.unlink(missing_ok=True)
    for lock in (root / "locks").glob("folder-*.lock"):  # of sets that are not there, or never were
        if not (root / "sets" / lock.stem).exists():
            with suppress(OSError, Timeout), FileLock(lock, timeout=0, mode=0o600):
                lock.unlink(missing_ok=True)


def _remove(folder: Path) -> None:
    """Remove a folder, even if the last process of an ended program still writes into it for a moment."""
    until = time.monotonic() + REMOVING_SECONDS
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        if time.monotonic() > until:
            return
        if folder.exists():
            time.sleep(0.05)


def private_folder(path: Path) -> Path:
    """Create a folder and its missing parents so that only this user can open them. Raises OSError."""
    if not path.parent.exists():
        private_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def tighten(root: Path, names: tuple[str, ...]) -> None:
    """Remove other users' access to a folder of ours, and to the entries with these names (or patterns) in it.

    A folder that is shared on purpose, such as the system's temporary folder, the home folder or another user's, is left as
    it is; our own entries in it are restricted.
    """
    if root.resolve() not in (Path.home().resolve(), Path("/")):
        _tighten(root, unless_sticky=True)
    for name in names:
        for path in root.glob(name):
            _tighten(path)
            for inside, folders, files in os.walk(path):
                for each in (*folders, *files):
                    _tighten(Path(inside, each))


def _tighten(path: Path, unless_sticky: bool = False) -> None:
    with suppress(OSError):
        status = path.lstat()
        open_to_others = status.st_mode & 0o077 and not stat.S_ISLNK(status.st_mode)
        if open_to_others and not (unless_sticky and status.st_mode & stat.S_ISVTX):
            path.chmod(stat.S_IMODE(status.st_mode) & ~0o077)


def _made(parent: Path) -> Path:
    from filelock import FileLock

    own = parent / uuid.uuid4().hex[:8]
    lock = FileLock(own.with_name(own.name + ".lock"), mode=0o600)
    lock.acquire()
    _locks.append(lock)
    own.mkdir(mode=0o700)
    atexit.register(_removed, own, lock, os.getpid())
    return own


def _removed(own: Path, lock: object, process: int) -> None:
    if os.getpid() == process:  # not in a forked child
        shutil.rmtree(own, ignore_errors=True)
        lock.release()
        with suppress(OSError):
            own.with_name(own.name + ".lock").unlink(missing_ok=True)
