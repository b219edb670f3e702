"""Files that a page offers: kept long enough, and fetched without rerunning the page, since a rerun may lose the answer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from clsf.ui.shared.files import patient

UI = Path(__file__).parents[2] / "clsf" / "ui"


@pytest.fixture
def storage():
    return MemoryMediaFileStorage("/media")


def made(manager: MediaFileManager) -> str:
    """Return the name of a file that a button press made."""
    placeholder = manager.add_deferred(lambda: b"made", "text/plain", "1.2", "made.txt")
    return manager.execute_deferred(placeholder).rsplit("/", 1)[-1]


def test_streamlit_itself_forgets_a_file_after_two_runs_of_anybody(storage):
    manager = MediaFileManager(storage)
    name = made(manager)
    manager.remove_orphaned_files()
    manager.remove_orphaned_files()
    with pytest.raises(MediaFileStorageError):
        storage.get_file(name)


def test_a_file_outlives_a_hundred_runs_of_others(storage):
    manager = MediaFileManager(storage)
    patient(manager, seconds=3600)
    name = made(manager)
    for _ in range(100):
        manager.remove_orphaned_files()
    assert storage.get_file(name).content == b"made"


def test_a_file_is_forgotten_at_the_second_time_after_a_while(storage):
    manager = MediaFileManager(storage)
    patient(manager, seconds=0)
    name = made(manager)
    manager.remove_orphaned_files()
    assert storage.get_file(name).content == b"made"
    manager.remove_orphaned_files()
    with pytest.raises(MediaFileStorageError):
        storage.get_file(name)


def test_a_press_on_a_download_runs_nothing_again():
    calls = [
        (path.name, node)
        for path in sorted(UI.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "download_button"
    ]
    assert [name for name, _ in calls] == ["downloads.py"], "call clsf.ui.shared.downloads.download"
    assert {word.arg: ast.unparse(word.value) for word in calls[0][1].keywords}.get("on_click") == "'ignore'"
