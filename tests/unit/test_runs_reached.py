"""A student's progress is stored under the browser's key and survives the process."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from clsf.errors import StoreError
from clsf.runs import reached
from clsf.runs.database import NAME
from clsf.runs.store import RunStore


def test_what_is_put_is_read_again_by_another_store(store, tmp_path):
    store.reached.put("me", "lesson", "first/q", {"answer": "예", "right": True})
    store.reached.put("me", "lesson", "first/q", {"answer": "no", "right": False})
    store.reached.put("me", "buglab", "T2-17", {"points": 7})
    other = RunStore.open(tmp_path)
    assert other.reached.all("me", "lesson") == {"first/q": {"answer": "no", "right": False}}
    assert other.reached.get("me", "buglab", "T2-17") == {"points": 7}
    assert other.reached.all("you", "lesson") == {}
    other.close()


def test_progress_survives_kill_9(tmp_path):
    program = """
import os, sys
from clsf.runs.store import RunStore
store = RunStore.open(sys.argv[1])
store.reached.put("me", "lesson", "first/q", {"right": True})
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    store = RunStore.open(tmp_path)
    assert store.reached.all("me", "lesson") == {"first/q": {"right": True}}
    store.close()


def test_progress_moves_with_the_key_and_the_newer_answer_stays(store):
    store.reached.put_all("old", "lesson", {"a": {"n": 1}, "b": {"n": 1}})
    store.reached.put("new", "lesson", "a", {"n": 2})
    store.hand_over("old", "new")
    assert store.reached.all("new", "lesson") == {"a": {"n": 2}, "b": {"n": 1}}
    assert store.reached.all("old", "lesson") == {}
    assert store.history.knows("new")
    assert not store.history.knows("old")
    assert not store.history.trained("new")  # a lesson was done, nothing trained


def test_a_store_of_before_gets_the_table_and_a_bad_row_costs_one_thing(store, tmp_path):
    store.close()
    with sqlite3.connect(tmp_path / NAME) as file:
        file.execute("DROP TABLE progress")
    again = RunStore.open(tmp_path)
    again.reached.put_all("me", "lesson", {"a": {"n": 1}, "b": {"n": 2}})
    with sqlite3.connect(tmp_path / NAME) as file:
        file.execute("UPDATE progress SET body = 'no JSON' WHERE name = 'a'")
    assert again.reached.all("me", "lesson") == {"b": {"n": 2}}
    again.reached.forget("me", "lesson", "b")
    assert again.reached.get("me", "lesson", "b") is None
    again.close()


def test_what_cannot_be_kept_says_so(store, monkeypatch):
    with pytest.raises(StoreError, match="key"):
        store.reached.put("", "lesson", "a", {})
    with pytest.raises(StoreError, match="may have"):
        store.reached.put("me", "lesson", "a", {"text": "x" * reached.MAX_BODY})
    with pytest.raises(StoreError, match="half a letter"):
        store.reached.put("me", "lesson", "\ud800", {})
    monkeypatch.setattr(reached, "MAX_ROWS", 1)
    store.reached.put("me", "lesson", "a", {})
    with pytest.raises(StoreError, match="up to this number: 1"):
        store.reached.put("me", "lesson", "b", {})


def test_another_process_sees_it_without_opening_again(store, tmp_path):
    program = "import sys; from clsf.runs.store import RunStore; s = RunStore.open(sys.argv[1]); s.reached.put('me', 'p', 'n', {}); s.close()"
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env=os.environ)
    assert store.reached.all("me", "p") == {"n": {}}
