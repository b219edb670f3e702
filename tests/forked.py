"""Run each script in a fork of a process that has already imported its framework: isolated, and seconds faster."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

IMPORTED = {
    "tensorflow": ("tensorflow", "keras", "sklearn.datasets", "sklearn.model_selection"),
    "torch": ("torch", "torch._dynamo", "sklearn.datasets", "sklearn.model_selection"),
}
"""What is imported once; the last two are what scripts read the digits with, torch._dynamo what the first step of an optimizer imports."""

PARENT = """
import importlib, json, os, runpy, sys, traceback
for name in sys.argv[1:]:
    importlib.import_module(name)
for line in sys.stdin:
    script, told = json.loads(line)
    child = os.fork()
    if not child:
        code = 0
        os.chdir(os.path.dirname(script))
        out = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.argv = [script]
        try:
            runpy.run_path(script, run_name="__main__")
        except SystemExit as end:
            code = int(bool(end.code))
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def run(script: Path, framework: str) -> tuple[int, str]:
    """Run a script of a framework in its folder; return its exit code and its output, errors included."""
    told = script.with_suffix(".told")
    parent = _parent(framework)
    parent.stdin.write(json.dumps([str(script), str(told)]) + "\n")
    parent.stdin.flush()
    code = parent.stdout.readline()
    assert code, f"the process that has imported {framework} has ended: {parent.poll()}"
    return int(code), told.read_text("utf-8")


@cache
def _parent(framework: str) -> subprocess.Popen:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    parent = subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-c", PARENT, *IMPORTED[framework]],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip
    atexit.register(parent.stdin.close)  # ends the process
    return parent
