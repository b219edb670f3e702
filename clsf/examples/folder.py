"""Where the files lie that come with the program."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "data"
