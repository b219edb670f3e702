"""The process that reads torchvision's sets, as its parent sees it: replaced here by a few lines of Python."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clsf.data.torchvision_sets import make
from clsf.errors import DataError
from tests.unit.child import played


def gone(pid):
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return status.rsplit(")", 1)[1].split()[0] == "Z"


def eventually(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_what_it_says_is_passed_on_and_other_lines_are_not(tmp_path):
    news = []
    code = """
print("a library says hello")
print(json.dumps({"stage": "download", "done": 1, "total": 2}))
print(json.dumps(["not", "for", "us"]))
print(json.dumps({"stage": "read", "done": 2, "total": 2}))
open(os.path.join(sys.argv[2], sys.argv[1]), "w").close()
"""
    make("mnist", tmp_path, lambda *said: news.append(said), played(code))
    assert [said for k, said in enumerate(news) if news[:k].count(said) == 0 and said[2]] == [
        ("download", 1, 2),
        ("read", 2, 2),
    ]
    assert (tmp_path / "mnist").exists()


def test_its_error_is_ours(tmp_path):
    code = """
print(json.dumps({"error": {"sentence": "No {what}: {why}", "values": {"what": "luck", "why": {"sentence": "x", "values": {}}}}}))
sys.exit(1)
"""
    with pytest.raises(DataError, match=r"^No luck: x$") as caught:
        make("mnist", tmp_path, command=played(code))
    assert caught.value.sentence.template == "No {what}: {why}"


def test_a_crash_is_told_with_its_last_words(tmp_path):
    with pytest.raises(DataError, match=r"'mnist' ended with code 1: ValueError: oh no\. Is torchvision installed\?"):
        make("mnist", tmp_path, command=played("raise ValueError('oh no')"))
    with pytest.raises(DataError, match="ended with code -9: it said nothing"):
        make("mnist", tmp_path, command=played("os.kill(os.getpid(), 9)"))


def test_cancelling_ends_it_even_while_it_is_silent(tmp_path):
    pids = []

    def cancel(stage, done, total):
        if done:
            pids.append(done)
        if len(pids) == 2:  # repeated while nothing new came
            raise KeyboardInterrupt

    code = 'print(json.dumps({"stage": "read", "done": os.getpid(), "total": 0}), flush=True); time.sleep(60)'
    with pytest.raises(KeyboardInterrupt):
        make("mnist", tmp_path, cancel, played(code))
    assert gone(pids[0])


def test_it_does_not_outlive_its_parent(tmp_path):
    child = "open(os.path.join(sys.argv[2], 'pid'), 'w').write(str(os.getpid())); os.read(0, 1)"
    parent = f"from clsf.data.torchvision_sets import make; make('mnist', {str(tmp_path)!r}, command={played(child)!r})"
    with subprocess.Popen([sys.executable, "-c", parent]) as process:
        pid = tmp_path / "pid"
        assert eventually(lambda: pid.exists() and pid.read_text())
        process.kill()
    assert eventually(lambda: gone(int(pid.read_text())))


def test_it_finds_the_package_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    make("mnist", tmp_path, command=played("import clsf.errors"))
    assert os.listdir(tmp_path) == []
