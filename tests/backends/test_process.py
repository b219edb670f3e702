"""What a backend reports of its process."""

import os
import subprocess
import sys

import numpy as np
import pytest

from clsf import FRAMEWORKS, backends
from clsf.errors import EngineError
from clsf.model.presets import preset
from tests import inside
from tests.jobs import random_job

PACKAGES = {"tensorflow": {"tensorflow", "keras", "numpy"}, "torch": {"torch", "numpy"}}


def test_facts_name_device_versions_and_threads(framework):
    job = random_job(preset("tiny"), (4, 4, 1), images=4)
    facts, threads = framework.run(inside.facts, job)
    assert facts.device == "cpu"
    assert facts.threads == threads == inside.THREADS
    assert set(facts.versions) == PACKAGES[framework.framework]
    assert facts.versions["numpy"] == np.__version__
    assert all(version[0].isdigit() for version in facts.versions.values())
    # torch's own version class would load torch in this process when unpickled
    assert all(type(version) is str for version in facts.versions.values())


@pytest.mark.parametrize(("asked", "expected"), [("3", 3), (None, os.cpu_count()), ("", os.cpu_count())])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_threads_follow_clsf_threads_else_all_cores(framework, asked, expected, monkeypatch):
    """The file is loaded alone, because its package would import the framework."""
    monkeypatch.delenv("CLSF_THREADS", raising=False)
    if asked is not None:
        monkeypatch.setenv("CLSF_THREADS", asked)
    script = f"""
import sys, types
sys.modules["torch"] = types.ModuleType("torch")
import runpy
print(runpy.run_path("clsf/backends/{framework}/device.py")["threads"]())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) == expected


def test_warm_up_trains_once_and_names_the_device(framework):
    warmed, named = framework.run(inside.warm_up)
    assert warmed == named
    assert warmed


def test_each_process_has_one_framework_only(framework):
    assert framework.run(inside.loaded_frameworks) == [framework.framework]


NOT_NEEDED = "pandas", "sklearn", "torch._dynamo", "torch._inductor", "triton", "sympy"


@pytest.mark.slow
@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_worker_that_is_ready_has_imported_nothing_that_it_does_not_need(name):
    script = f"""
import sys
from clsf import backends
from clsf.data.digits import load_digits
backends.load({name!r}).warm_up()
load_digits()
print([name for name in {NOT_NEEDED!r} if name in sys.modules])
import pandas, sklearn  # whoever needs them later has them
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_pytest_itself_has_none():
    assert inside.loaded_frameworks() == []


def test_an_unknown_framework_is_named_with_the_known_ones():
    with pytest.raises(EngineError, match=r"Unknown framework 'pytorch'\. Did you mean 'torch'\? Known: tensorflow, torch\."):
        backends.load("pytorch")


def test_a_missing_framework_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in [n for n in sys.modules if n.startswith("clsf.backends.torch")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(EngineError, match=r"torch can't be used here.*pip install -r requirements\.txt"):
        backends.load("torch")
