"""`python -m clsf lockstep` and `lecture-gap` as a user runs them, with their own workers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]


def clsf(home: Path, arguments: str) -> list[dict]:
    """Run a command and return the JSON lines it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "clsf", *arguments.split(), "--json"],
        cwd=ROOT, env=os.environ | {"CLSF_HOME": str(home)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_lockstep(tmp_path):
    *steps, last = clsf(tmp_path, "lockstep --data digits --model lecture-cnn --optimizer adam --steps 12 --dtype float64")
    assert [line["step"] for line in steps] == list(range(1, 13))
    assert {line["event"] for line in steps} == {"step_compared"}
    assert (last["event"], last["steps"], last["first_parting"]) == ("lockstep_ended", 12, None)
    assert max(last[f"max_{name}_difference"] for name in ("loss", "logit", "gradient", "weight")) <= 1e-12


def test_lockstep_with_a_difference(tmp_path):
    arguments = "lockstep --data digits --model residual --steps 3 --differences bn-epsilon,eval-mode --isolate"
    last = clsf(tmp_path, arguments)[-1]
    assert {name: last["first_parting"][name] for name in ("step", "phase", "tensor")} == {
        "step": 1, "phase": "forward", "tensor": "2",
    }  # fmt: skip


def test_lecture_gap(tmp_path):
    steps = clsf(tmp_path, "lecture-gap --data digits --epochs 3 --seeds 2")
    assert [line["cause"] for line in steps] == [
        "as-in-the-lecture", "double-softmax", "dropout", "input-scale", "initial-weights", "optimizer-rule",
    ]  # fmt: skip
    assert all(line["event"] == "gap_step" and line["seeds"] == 2 for line in steps)
    assert all(0 <= line["low"] <= line["accuracy"] <= line["high"] <= 1 for line in steps)
    assert steps[0]["loss"] > 1.461 > steps[1]["loss"]
