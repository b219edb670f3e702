"""The guide for teachers: one Markdown file per language, a section for the plans and one for each lesson.

## A heading {#name}      the name is that of a lesson, or of a plan
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from clsf.course.path import FOLDER

_SECTION = re.compile(r"^## (.+?) \{#([a-z0-9-]+)\}\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
PLANS = ("before", "fifty-minutes", "offline", "grading")
"""Sections that are about no lesson."""


@dataclass(frozen=True, slots=True)
class GuideSection:
    """A section of the guide."""

    name: str
    title: str
    text: str  # Markdown


@cache
def read(language: str) -> dict[str, GuideSection]:
    """Return the sections of the guide by their names, in the order of the file."""
    text = (FOLDER / "guide" / f"{language}.md").read_text("utf-8")
    return {name: GuideSection(name, title, body.strip()) for title, name, body in _SECTION.findall(text)}


def whole(language: str) -> str:
    """Return the whole guide as Markdown, to be printed or taken along."""
    return (FOLDER / "guide" / f"{language}.md").read_text("utf-8")
