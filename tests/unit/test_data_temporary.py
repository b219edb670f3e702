"""All temporary files are in one private folder, which the next start cleans; nobody else can open stored files."""

import os
import signal
import subprocess
import sys

import pytest

from clsf.data import cache, temporary
from clsf.runs.store import RunStore

pytestmark = pytest.mark.usefixtures("data_folder")

CHILD = """
import sys, time
from clsf.data import cache, temporary
def fill(folder):
    (folder / "train_pixels.npy").write_bytes(b"a photograph")
    print("here", flush=True)
    time.sleep(60)
with cache.locked("folder-x"):
    cache.keep("folder-x", fill)
"""


def photographs(data):
    return [file for file in data.rglob("*") if file.is_file() and b"a photograph" in file.read_bytes()]


def test_the_next_start_sweeps_what_a_killed_process_left_and_nothing_of_a_living_one(data_folder):
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"here\n"
    temporary.sweep()
    assert len(photographs(data_folder)) == 1  # it lives
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert len(photographs(data_folder)) == 1
    temporary.sweep()
    assert photographs(data_folder) == []
    assert cache.names() == []
    assert list(data_folder.rglob("*folder-x*")) == []  # the lock is not either


def test_a_last_word_of_a_dying_process_is_swept_too(data_folder, monkeypatch):
    left = data_folder / "tmp" / "dead"
    left.mkdir(parents=True)
    remove, tries = temporary.shutil.rmtree, []

    def written_meanwhile(folder, ignore_errors):
        tries.append(folder)
        if len(tries) > 1:
            remove(folder, ignore_errors)

    monkeypatch.setattr(temporary.shutil, "rmtree", written_meanwhile)
    temporary.sweep()
    assert tries == [left, left]
    assert not left.exists()


def test_half_made_sets_of_an_older_program_are_swept(data_folder):
    left = data_folder / "sets" / ".folder-0123456789ab-01234567"
    left.mkdir(parents=True)
    (left / "train_pixels.npy").write_bytes(b"a photograph")
    temporary.sweep()
    assert photographs(data_folder) == []


def modes(root):
    return {oct(path.stat().st_mode & 0o777) for path in [root, *root.rglob("*")]}


def test_others_can_open_neither_runs_nor_images_not_even_old_ones(data_folder, tmp_path):
    home, old = tmp_path / "home", data_folder / "sets" / "digits"
    old.mkdir(parents=True, mode=0o755)
    (old / "meta.json").write_text("{}")
    home.mkdir(mode=0o755)
    (home / "runs.sqlite").touch(0o644)
    temporary.tighten(data_folder, ("sets",))
    with cache.locked("folder-x"):
        cache.keep("folder-x", lambda folder: (folder / "train_pixels.npy").write_bytes(b"x") and {})
    store = RunStore.open(home)
    assert modes(data_folder) <= {"0o700", "0o600"}
    assert modes(home) == {"0o700", "0o600"}
    store.close()


def test_a_folder_that_is_shared_on_purpose_stays(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "other").touch(0o644)
    (shared / "runs.sqlite").touch(0o644)
    temporary.tighten(shared, ("runs.sqlite*",))
    assert [shared.stat().st_mode & 0o7777, *((shared / n).stat().st_mode & 0o777 for n in ("other", "runs.sqlite"))] == [
        0o1777,
        0o644,
        0o600,
    ]
