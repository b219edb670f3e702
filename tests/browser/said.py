"""What the dashboard says in a language, read from its own catalogue, so that a better translation breaks no test."""

from __future__ import annotations

import re

from clsf.ui.shared.text import catalogue


def sayer(lang: str):
    """Return said(template, **values): the text in this language, as a pattern that takes anything for a value not given."""
    texts = catalogue(lang)

    def said(template: str, **values: object) -> re.Pattern:
        parts = re.split(r"\{(\w+)\}", texts.gettext(template))
        given = [re.escape(str(values[one])) if one in values else ".+" for one in parts[1::2]]
        return re.compile("".join(a + b for a, b in zip(map(re.escape, parts[::2]), [*given, ""], strict=True)))

    return said


def whole(pattern: re.Pattern) -> re.Pattern:
    """Return a pattern that takes this text alone, with nothing before or after it."""
    return re.compile(rf"^\s*{pattern.pattern}\s*$")
