"""The glossary: every term in both languages, one file per language; lessons link to it as `[shape](term:shape)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from clsf.ui.shared import language
from clsf.ui.shared.lessons import FOLDER

_LINK = re.compile(r"\[([^\]]+)\]\(term:([a-z0-9-]+)\)")
_ENTRY = re.compile(r"^## (.+?) \{#([a-z0-9-]+)\}\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its name in the reader's language and in the other one, and what it means."""

    name: str
    title: str
    other: str
    text: str


def terms() -> dict[str, Term]:
    """Return all terms by their names, in the reader's language."""
    return read(language.chosen())


@cache
def read(code: str) -> dict[str, Term]:
    """Return all terms of a language, in the order of the file."""
    other = "ko" if code == "en" else "en"
    titles = {name: title for title, name, _ in _entries(other)}
    return {name: Term(name, title, titles.get(name, ""), text.strip()) for title, name, text in _entries(code)}


def _entries(code: str) -> list[tuple[str, str, str]]:
    return _ENTRY.findall((FOLDER / "glossary" / f"{code}.md").read_text("utf-8"))


def linked(text: str) -> str:
    """Return Markdown whose terms are marked; what they mean stands under the text."""
    return _LINK.sub(lambda match: f":primary[{match[1]}]" if match[2] in terms() else match[1], text)


def in_text(text: str) -> list[Term]:
    """Return the terms that a text links to, each once."""
    return [terms()[name] for name in dict.fromkeys(name for _, name in _LINK.findall(text)) if name in terms()]
