"""`pip install .`: the package is complete, and its command works outside of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from email.parser import Parser
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return the folder that the package was installed into, from a copy, because building leaves files in the source folder."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("target")
    shutil.copytree(ROOT / "clsf", source / "clsf", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", target, source]
    done = subprocess.run(pip, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the installed command in a folder that is not the repository."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "CLSF_HOME": str(folder)}
    command = [sys.executable, str(installed / "bin" / "clsf"), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_every_file_of_the_package_is_installed(installed):
    def files(folder):
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        return {name for name in found if "__pycache__" not in name and not name.endswith((".mo", ".pyc"))}

    assert files(installed / "clsf") == files(ROOT / "clsf")


def test_it_requires_what_requirements_says(installed):
    [metadata] = installed.glob("clsf-*.dist-info/METADATA")
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()]
    assert Parser().parsestr(metadata.read_text("utf-8")).get_all("Requires-Dist") == [line for line in lines if line]


def test_the_command_works_anywhere(installed, tmp_path):
    done = run(installed, tmp_path, "code", "--model", "tiny", "--input", "8x8x1", "--classes", "10", "--style", "torch-module")
    assert done.returncode == 0, done.stderr
    assert "(nn.Module)" in done.stdout
    refused = run(installed, tmp_path, "code", "--model", "tinny", "--input", "8x8x1", "--classes", "10")
    assert refused.returncode == 2
    assert refused.stderr.startswith("clsf: ")


def test_the_api_is_the_installed_one(installed, tmp_path):
    code = "import clsf.api; print(clsf.api.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(installed / "clsf" / "api" / "__init__.py")
