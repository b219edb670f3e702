"""The first page after a server start loads no module that it does not need: each of these took 0.25 s or more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LATE = ("pandas", "pyarrow", "distributed", "dask", "clsf.faults.catalogue", "clsf.reader.program", "clsf.code", "sklearn")
PROGRAM = """
import sys
import app
from streamlit.testing.v1 import AppTest
from tests.app.begun import served_before, with_lab
from tests.app.fake_lab import FakeLab

served_before()
with_lab(FakeLab())
page = AppTest.from_file("app.py", default_timeout=60).run()
assert not page.exception, page.exception
assert any("two frameworks" in title.value for title in page.title), page.title
print(*sorted(name for name in sys.modules if name in sys.argv[1:]))
"""


def test_the_first_page_waits_for_nothing_that_it_does_not_show():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *LATE], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1].split() == []
