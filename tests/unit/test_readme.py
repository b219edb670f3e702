"""The README: its commands and its picture must stay true."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


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
