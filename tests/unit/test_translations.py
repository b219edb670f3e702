"""Every text that a reader may meet is there in Korean, whole, and with the same fields."""

from __future__ import annotations

import ast
import re
from string import Formatter

import pytest

from clsf.ui import locale, text
from clsf.ui.navigation import PAGES
from clsf.words import say

LESSONS = locale.ROOT / "pages" / "lessons"
TEMPLATES = {message: f"{name}:{line}" for message, name, line in locale.templates()}
NOT_FOUND = "python -m clsf.ui.locale writes new texts into the catalogue; fill in the Korean: "


@pytest.fixture(scope="module")
def korean() -> dict:
    return {message.id: message for message in locale.read("ko") if message.id}


def english(message: str | tuple[str, str]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else message


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_the_source_has_texts():
    assert len(TEMPLATES) > 200
    assert "Start training" in TEMPLATES


def test_every_text_is_translated(korean):
    missing = [f"{place} {message!r}" for message, place in TEMPLATES.items() if not (m := korean.get(message)) or not all(locale.forms(m))]
    assert not missing, NOT_FOUND + "\n".join(missing)


def test_no_translation_is_fuzzy_or_left_over(korean):
    assert not [message for message, found in korean.items() if found.fuzzy]
    assert not set(korean) - set(TEMPLATES), "python -m clsf.ui.locale takes out what the source no longer says"
    assert not locale.read("ko").obsolete


def test_translations_have_the_same_fields(korean):
    different = [m for m, found in korean.items() for form in locale.forms(found) if form and fields(english(m)[-1]) != fields(form)]
    assert not different


def test_markdown_of_translations_is_whole(korean):
    for message, form in ((english(m)[-1], form) for m, found in korean.items() for form in locale.forms(found)):
        for sign in ("**", "`", "[", "]", "$"):
            assert message.count(sign) == form.count(sign), f"{sign} in {form!r}"
        assert not broken_bold(form), form


def broken_bold(markdown: str) -> list[str]:
    """Return where ** does not end: CommonMark ends no emphasis between a punctuation mark and a letter, as in **(가)**는."""
    spans = re.findall(r"\*\*[^*\n]+\*\*.?", markdown)
    return [span for span in spans if re.search(r"[^\w\s]\*\*\w$", span) or re.search(r"\s\*\*.?$", span)]


def test_broken_bold_is_found():
    assert broken_bold("**가(나)**는")
    assert not broken_bold("**가나**는 **다라** 마")


def test_text_is_always_literal():
    """An expression in the place of a text would never be found and translated."""
    wrong = []
    for path in locale.sources():
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("t", "say", *locale.COUNTS)):
                continue
            texts = call.args[: 2 if call.func.id in locale.COUNTS else 1]
            if not (texts and all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in texts)):
                wrong.append(f"{path.relative_to(locale.ROOT)}:{call.lineno}")
    assert not wrong


# Lessons.


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_lessons_are_there_in_both_languages_with_the_same_headings(page):
    headings = [re.findall(r"^#+ ", (LESSONS / code / f"{page}.md").read_text("utf-8"), re.M) for code in ("en", "ko")]
    assert headings[0] == headings[1]


def test_lessons_have_no_page_too_many():
    for code in ("en", "ko"):
        assert {path.stem for path in (LESSONS / code).glob("*.md")} <= {page.name for page in PAGES}


@pytest.mark.parametrize("path", sorted(LESSONS.rglob("*.md")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_bold_in_lessons_ends(path):
    assert not broken_bold(path.read_text("utf-8"))


# Looking up.


def test_nested_sentences_are_translated_each(monkeypatch):
    known = {"Layer {path}: {problem}": "층 {path}: {problem}", "too deep": "너무 깊음"}
    monkeypatch.setattr(text, "translated", lambda template: known.get(template, template))
    assert text.words(say("Layer {path}: {problem}", path="3", problem=say("too deep"))) == "층 3: 너무 깊음"


def test_what_others_say_is_shown_as_it_stands():
    assert text.plain("a*b_c [x](y) :red[z] $1$ <b> `c` #d") == r"a\*b\_c \[x\](y) \:red\[z\] \$1\$ \<b\> \`c\` \#d"
