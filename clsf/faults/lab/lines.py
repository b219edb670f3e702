"""Lines of two similar programs: which one was changed, and where that place is in the other program."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence


def touched(before: str, after: str) -> tuple[int, ...]:
    """Return the lines of `before`, 1-based, that differ in `after`; for inserted lines, the one before."""
    numbers: set[int] = set()
    for tag, first, last, _, _ in _compared(before, after).get_opcodes():
        if tag == "insert":
            numbers.add(max(first, 1))
        elif tag != "equal":
            numbers |= set(range(first + 1, last + 1))
    return tuple(sorted(numbers))


def moved(before: str, after: str, line: int) -> int | None:
    """Return where a line of `before` is in `after`, both 1-based; None if it was removed."""
    for first, second, size in _compared(before, after).get_matching_blocks():
        if first < line <= first + size:
            return line - first + second
    return None


def readable(text: str, lines: Sequence[int]) -> int:
    """Return the first of the lines with content, otherwise the last line before them with content."""
    rows = text.splitlines()
    for line in lines:
        if line <= len(rows) and rows[line - 1].strip() and not rows[line - 1].lstrip().startswith("#"):
            return line
    return next((n for n in range(min(lines[0], len(rows)), 0, -1) if rows[n - 1].strip()), 1)


def statements(text: str) -> list[int]:
    """Return the statements, starting at the data part: no imports, comments, brackets alone or texts."""
    rows = text.splitlines()
    start = next((n for n, row in enumerate(rows, 1) if row.startswith("# Settings")), 1)
    return [
        n
        for n, row in enumerate(rows, 1)
        if n > start and re.match(r"\s*[\w.]+.*[=(]", row) and not row.lstrip().startswith(("#", "print", "import"))
    ]


def _compared(before: str, after: str) -> difflib.SequenceMatcher:
    return difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
