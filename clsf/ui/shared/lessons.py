"""The prose of the pages: one Markdown file per page and language, in pages/lessons/.

The lesson comes before the first `<!-- note: anchor -->`; each such line is followed by the text of one caption, which the page
shows in its place. So longer texts are edited in one place per language.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from clsf.ui.shared import language

FOLDER = Path(__file__).resolve().parents[3] / "pages" / "lessons"


def lesson(page: str) -> str:
    """Return the lesson of a page in the reader's language, without the notes."""
    return read(page, language.chosen())[0]


def note(page: str, anchor: str, /, **values: object) -> str:
    """Return a note in the reader's language with its {named} fields filled in. Page and anchor must be literals."""
    text = read(page, language.chosen())[1][anchor]
    return text.format(**values) if values else text


@cache
def read(page: str, code: str) -> tuple[str, dict[str, str]]:
    """Return the lesson and the notes by anchor."""
    before, *rest = re.split(
        r"^<!-- note: ([a-z0-9-]+) -->\n", (FOLDER / code / f"{page}.md").read_text("utf-8"), flags=re.MULTILINE
    )
    return before, dict(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))
