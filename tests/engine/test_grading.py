"""Two hundred hand-ins are graded within a minute by a real worker; each manipulation is found."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import pytest

from clsf.teaching import seal
from tests.unit.test_teaching import CHANGED, TASK, resealed, written
from tests.zips import contents_of, zipped

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

GOOD = 180
MOST_SECONDS = 60.0


def _worked() -> float:
    """Return the CPU seconds of all child processes that have ended, including their workers."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_two_hundred_hand_ins_in_a_minute(tmp_path):
    home, folder = tmp_path / "home", tmp_path / "handins"
    folder.mkdir()
    seal.secret.cache_clear()
    key = seal.secret(home)
    for number in range(GOOD):
        (folder / f"good-{number:03}.zip").write_bytes(written(f"Student {number}", f"s{number}", key=key))
    for what, make in CHANGED.items():
        (folder / f"bad-{what}.zip").write_bytes(written(f"Bad {what}", key=key, **({"task": TASK} | make())))
    good = written("cut", key=key)
    files = contents_of(good)
    newer = json.dumps(json.loads(files["handin.json"]) | {"version": 99}).encode()
    other = files["handin.json"].replace(b'"cut"', b'"Ada"')
    hostile = [
        b"", good[:-50], good[: len(good) // 2], b"PK\x05\x06" + b"\0" * 18, b"\x80\x04cos\nsystem\n(S'true'\ntR.",
        zipped(files | {"handin.json": other}), good[:400] + bytes(1000) + good[1400:], b"x" * 5_000_000, files["handin.json"],
        resealed(files | {"handin.json": newer}, key),
    ]  # fmt: skip
    for number, content in enumerate(hostile):
        (folder / f"bad-hostile-{number}.zip").write_bytes(content)
    began, before = time.monotonic(), _worked()
    done = subprocess.run(
        [sys.executable, "-m", "clsf", "grade", str(folder), "--json", "--csv", str(tmp_path / "marks.csv")],
        capture_output=True, text=True, check=False, env={"CLSF_HOME": str(home), "CLSF_DATA": str(tmp_path / "data"), "PATH": ""},
    )  # fmt: skip
    seconds, wall = _worked() - before, time.monotonic() - began
    found = {line["file"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert len(found) == GOOD + len(CHANGED) + len(hostile) == 200, done.stderr
    wrong = [name for name, line in found.items() if (line["mark"] is None) != name.startswith("bad")]
    assert wrong == []
    assert all(line["refused"] for line in found.values() if line["mark"] is None)
    assert all(line["runs"][0]["validation_accuracy"] > 0.96 for name, line in found.items() if name.startswith("good"))
    assert (tmp_path / "marks.csv").read_text().count("\n") >= GOOD + 1
    print(f"{seconds:.1f} s of processors, {wall:.1f} s by the clock")
    assert seconds <= MOST_SECONDS, f"{seconds:.0f} s"
