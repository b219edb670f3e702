"""The README is for users and for whoever carries on: its file tree and commands must stay true."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _listed() -> set[str]:
    """Return the paths that the tree at the end of the README lists."""
    paths, folder = set(), ""
    for line in README.split("## Files")[1].split("```")[1].splitlines():
        if line and not line.startswith(" "):
            folder = "" if line == "./" else line.strip()
        elif line.strip():
            paths.add(folder + line.split()[0])
    return paths


@pytest.fixture(scope="module")
def files() -> set[str]:
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if found.returncode:
        pytest.skip("not a git checkout: there is no list of files to compare with")
    return {name for name in found.stdout.split("\n") if name and (ROOT / name).exists()}


def test_the_tree_lists_every_file(files):
    assert files - _listed() == set()


def test_the_tree_lists_no_file_that_is_gone(files):
    assert _listed() - files == set()


def test_the_picture_exists():
    picture = README.split("](", 1)[1].split(")", 1)[0]
    assert (ROOT / picture).is_file()


@pytest.mark.parametrize(
    "command",
    [
        "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/streamlit run app.py",
        "python3 -m venv .venv && .venv/bin/pip install -r tests/requirements.txt && .venv/bin/pytest",
    ],
)
def test_both_commands_stand_there_as_one_line(command):
    assert command in README.splitlines()
