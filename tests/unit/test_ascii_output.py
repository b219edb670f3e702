"""A terminal with ASCII only: the command line escapes other letters, and never prints a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def clsf(home, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess:
    env = os.environ | {"PYTHONIOENCODING": "ascii", "CLSF_HOME": str(home / "기록"), "CLSF_DATA": str(home / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "clsf", *arguments], env=env, capture_output=True, timeout=timeout, check=False
    )
    assert done.stdout.isascii()
    assert done.stderr.isascii()
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


@pytest.mark.parametrize("arguments", [["datasets"], ["runs", "list"]])
def test_what_only_looks(tmp_path, arguments):
    done = clsf(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout or arguments[0] == "runs"  # no run is kept yet


def test_a_refusal(tmp_path):
    done = clsf(tmp_path, "train", "--data", "없는 자료", "--model", "tiny")
    assert done.returncode == 2
    assert b"\\uc5c6" in done.stderr


@pytest.mark.slow
def test_training(tmp_path):
    done = clsf(tmp_path, "train", "--framework", "torch", "--data", "digits", "--model", "tiny", "--epochs", "1", timeout=150)
    assert done.returncode == 0, done.stderr
    assert b"torch" in done.stdout.lower() or b"pytorch" in done.stdout.lower()
