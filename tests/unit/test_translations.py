"""Every text for the reader has a complete Korean translation with the same fields."""

from __future__ import annotations

import ast
import re
from functools import cache
from string import Formatter

import pytest

from clsf.ui import locale
from clsf.ui.shared import lessons, text
from clsf.ui.shared.navigation import PAGES
from clsf.words import say, say_n

LESSONS = locale.ROOT / "pages" / "lessons"
NOT_FOUND = "python -m clsf.ui.locale writes new texts into the catalogue; fill in the Korean: "


@cache
def templates() -> dict:
    """Return message -> where it is in the source; read at the first test, not when tests are collected."""
    return {message: f"{name}:{line}" for message, name, line in locale.templates()}


@pytest.fixture(scope="module")
def korean() -> dict:
    return {message.id: message for message in locale.read("ko") if message.id}


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_the_source_has_texts():
    assert len(templates()) > 200
    assert "Start training" in templates()


def test_every_text_is_translated(korean):
    missing = [
        f"{place} {message!r}"
        for message, place in templates().items()
        if not (m := korean.get(message)) or not all(locale.forms(m))
    ]
    assert not missing, NOT_FOUND + "\n".join(missing)


def test_what_pages_say_is_short():
    long = [
        f"{place} {text}"
        for message, place in templates().items()
        if place.startswith(("clsf/ui/", "pages/"))
        for text in locale.english(message)
        if len(text.split()) > 25
    ]
    assert not long, "shorten it, or make it a note in pages/lessons (clsf.ui.shared.lessons.note)\n" + "\n".join(long)


def test_no_translation_is_fuzzy_or_left_over(korean):
    assert not [message for message, found in korean.items() if found.fuzzy]
    assert not set(korean) - set(templates()), "python -m clsf.ui.locale takes out what the source no longer says"
    assert not locale.read("ko").obsolete


def test_translations_have_the_same_fields(korean):
    different = [
        m
        for m, found in korean.items()
        for form in locale.forms(found)
        if form and fields(locale.english(m)[-1]) != fields(form)
    ]
    assert not different


def test_markdown_of_translations_is_whole(korean):
    for message, form in ((locale.english(m)[-1], form) for m, found in korean.items() for form in locale.forms(found)):
        for sign in ("**", "`", "[", "]", "$"):
            assert message.count(sign) == form.count(sign), f"{sign} in {form!r}"
        assert not broken_bold(form), form


def broken_bold(markdown: str) -> list[str]:
    """Return where ** does not end: in CommonMark, emphasis can't end between a punctuation mark and a letter, as in **(가)**는."""
    spans = re.findall(r"\*\*[^*\n]+\*\*.?", markdown)
    return [span for span in spans if re.search(r"[^\w\s]\*\*\w$", span) or re.search(r"\s\*\*.?$", span)]


def test_broken_bold_is_found():
    assert broken_bold("**가(나)**는")
    assert not broken_bold("**가나**는 **다라** 마")


def test_text_is_always_literal():
    """An expression instead of a literal would not be found and translated."""
    wrong = []
    for path in locale.sources():
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (
                isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("t", "say", *locale.COUNTS)
            ):
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


# Lookup.


def test_nested_sentences_are_translated_each(monkeypatch):
    known = {"Layer {path}: {problem}": "층 {path}: {problem}", "too deep": "너무 깊음"}
    monkeypatch.setattr(text, "translated", lambda template: known.get(template, template))
    assert text.words(say("Layer {path}: {problem}", path="3", problem=say("too deep"))) == "층 3: 너무 깊음"


def test_what_others_say_is_shown_as_it_stands():
    assert text.plain("a*b_c [x](y) :red[z] $1$ <b> `c` #d") == r"a\*b\_c \[x\](y) \:red\[z\] \$1\$ \<b\> \`c\` \#d"


@pytest.fixture
def in_korean(monkeypatch):
    monkeypatch.setattr(text.language, "chosen", lambda: "ko")


@pytest.mark.parametrize(("count", "said"), [(0, "0 epochs"), (1, "1 epoch"), (2, "2 epochs"), (1000, "1000 epochs")])
def test_english_takes_the_singular_for_one_thing_only(monkeypatch, count, said):
    monkeypatch.setattr(text.language, "chosen", lambda: "en")
    assert text.tn("{epochs} epoch", "{epochs} epochs", count, epochs=count) == said
    assert text.words(say_n("{count} epoch", "{count} epochs", count)) == said


def test_korean_has_one_form(in_korean):
    assert (
        text.tn("{count} run", "{count} runs", 1) == "실행 1개" == text.tn("{count} run", "{count} runs", 2).replace("2", "1")
    )
    assert text.words(say_n("{count} run", "{count} runs", 1)) == "실행 1개"


def test_sentences_that_older_versions_stored_without_a_singular_stay_korean(in_korean):
    assert text.words(say("Both may use {count} threads.", count=1)) == "둘 다 스레드를 1개까지 쓸 수 있습니다."


# Plural forms.

THINGS = (
    "answers|arrays|axes|batches|blocks|causes|cells|channels|classes|columns|copies|dimensions|elements|epochs|features|files|"
    "filters|folders|images|inputs|layers|maps|minutes|hours|days|seconds|models|numbers|outputs|parameters|people|pixels|planes|"
    "positions|rows|runs|seeds|steps|students|tensors|tests|threads|trainings|units|variants|weights|workers"
)
COUNTED = re.compile(r"\{\w+\}\**\s+(?:[a-z]+ )?(?:" + THINGS + r")\b")
NEVER_ONE = {
    "{all} classes",
    "{a} sees inputs",
    "{channels} channels",
    "{classes} classes",
    "{features} features",
    "{image} numbers",
    "{layers} layers",
    "{minutes} minutes",
    "{most} axes",
    "{most} elements",
    "{most} files",
    "{most} images",
    "{most} layers",
    "{most} runs",
    "{numbers} numbers",
    "{parameters} parameters",
    "{part} images",
    "{seconds} seconds",
    "{shape} images",
    "{shape} numbers",
    "{shape} pixels",
    "{share} of the numbers",
    "{shown} inputs",
    "{shown} numbers",
    "{side} pixels",
    "{sides} cells",
    "{size} pixels",
    "{theirs} parameters",
    "{total} parameters",
    "{what} over epochs",
    "{width} pixels",
}
"""Fields that are no count, or one that can't be 1: limits, fixed numbers, sizes, the classes of a data set."""

SEVERAL = {
    "There are {count} images, but at most {most} are read. Use fewer.",
    "They disagree on {count} images. The {shown} whose probabilities are furthest apart are shown.",
    "A label is {label}, but the {count} classes are numbered from 0.",
    "Accuracy of {two} minus that of {one}: {difference} percentage points",
    "Both reach exactly the same accuracy with every one of the {count} seeds:",
    "Found {count} classes, but at most {most} are read. Use fewer.",
    "That would be {count} elements. At most {most} fit into this playgroun",
    "That would be {count} runs, but an experiment may have {most} at once.",
    "The design would hold {count} parameters or more; designs of up to {mo",
    "The first {shown} of {count} maps, because there are too many numbers to l",
    "The first {shown} of {count} maps.",
    "The gap is {points} points with every one of the {count} seeds. A few",
    "The mean of {count} seeds is {mean}, with a 95 % interval from {low} t",
    "The model has {count} parameters, but this server trains models of at",
    "The model holds {count} parameters; up to {most} it is built to be cou",
    "The same recipe, {count} numbers from each generator",
    "There are {count} images to train on, but this server trains on at mos",
    "This design of {count} layers is too long for a link ({most} character",
    "With {count} classes a matrix can't be read; these are the most freque",
    "With {count} classes the confusion matrix of {name} is left out.",
    "begins in about {count} seconds",
    "sum over {count} channels {sum} + bias {bias} = {value}",
    "{count} epochs are asked for, but this server trains at most {most} at",
    "{count} images of {height}x{width} pixels take {size} GB, but at most",
    "{count} images of {size}x{size} pixels take more than {most} GB. Choos",
    "{count} images · {height}×{width}×{channels} · {classes} classes",
    "{count} runs chosen",
    "{count} seeds, paired bootstrap, {percent} %",
    "{count} seeds, paired t interval, {percent} %",
    "{name}: mean accuracy {mean} of {count} seeds, 95 % interval {low} to",
    "{whole} No single gain is outside the noise of {seeds} seeds.",
    "{whole} Outside the noise of {seeds} seeds: {names} points.",
}
"""Beginnings of texts that are shown only where their count is more than 1, such as one above a limit."""


def test_a_number_of_things_has_a_singular():
    """ "1 epochs" is never said."""
    wrong = [
        f"{place} {found[0]!r} in {message!r}"
        for message, place in templates().items()
        if isinstance(message, str)
        for found in COUNTED.finditer(message)
        if found[0] not in NEVER_ONE and not message.startswith(tuple(SEVERAL))
    ]
    assert not wrong, 'use say_n("{count} epoch", "{count} epochs", count) or tn(…): ' + "\n".join(wrong)


def test_no_exception_is_left_over():
    plain = [message for message in templates() if isinstance(message, str)]
    assert not [phrase for phrase in NEVER_ONE if not any(phrase in message for message in plain)]
    assert not [start for start in SEVERAL if not any(message.startswith(start) for message in plain)]


@cache
def notes_in_code() -> list[tuple[str, str, str, set[str]]]:
    """Return (place, page, anchor, names of the values) of each note that the program shows."""
    found = []
    for path in locale.sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "note":
                page, anchor = (argument.value for argument in node.args)
                found.append((f"{path.name}:{node.lineno}", page, anchor, {keyword.arg for keyword in node.keywords}))
    return found


@pytest.mark.parametrize("code", ["en", "ko"])
def test_every_note_is_there_once_is_shown_and_gets_its_values(code):
    wanted = {(page, anchor) for _, page, anchor, _ in notes_in_code()}
    held = {}
    for path in (LESSONS / code).glob("*.md"):
        notes = lessons.read(path.stem, code)[1]
        assert len(notes) == path.read_text("utf-8").count("<!-- note: "), f"{path}: an anchor is there twice"
        held |= {(path.stem, anchor): text for anchor, text in notes.items()}
    assert set(held) == wanted
    for place, page, anchor, values in notes_in_code():
        fields = {name for _, name, _, _ in Formatter().parse(held[page, anchor]) if name}
        assert None in values or (fields <= values if values else not fields), (
            f"{place}: {anchor} has {fields}, the program gives {values}"
        )


def test_a_note_is_no_part_of_the_lesson():
    assert "<!-- note" not in lessons.lesson("train")
    assert lessons.note("compare", "all-four-zoom").startswith("All four zoom together")


NOT_SAID = {
    "데이터 세트": "데이터셋", "열쇠": "키", "걸음": "스텝", "퍼센트포인트": "%p", "지름길": "숏컷 연결", "밀집": "Dense", "드롭(합|하)": "0으로 만들다",
    "메모리 배치": "메모리 레이아웃", "학습 (이미지|세트|손실)": "훈련 …", "특성 맵|피처 맵": "특징 맵", "정칙화": "규제", "레이블 평활화|라벨": "레이블 (스무딩)",
    "윈도(?!우)": "윈도우", "훈련 루프": "학습 루프", "소프트 맥스": "소프트맥스", "작업자|일꾼": "워커", "그레이디언트|그래디언트": "기울기", "시끄러운": "노이즈가 큰",
    "항상 드롭": "항상 적용", "고르게 뽑": "균등분포에서 뽑", "본 적이 없는 이미지": "학습에 쓰지 않은 이미지",
    "인내": "기다릴 에포크 수(patience)", "우연히 끄": "무작위로 끄", "납작": "1차원", "숫자가 아니게": "nan이",
}  # fmt: skip
"""Korean words that are not used -> the one term for the notion."""


def test_each_notion_has_one_korean_term():
    texts = [form for message in locale.read("ko") if message.id for form in locale.forms(message)]
    lessons = locale.ROOT / "pages" / "lessons"
    texts += [
        line
        for path in lessons.rglob("*.md")
        if "ko" in (path.parent.name, path.stem)
        for line in path.read_text("utf-8").splitlines()
    ]
    found = {
        f"{word} (say {instead}): {text[:60]}" for text in texts for word, instead in NOT_SAID.items() if re.search(word, text)
    }
    assert found == set()


QUAINT = {
    r"by heart": "memorised",
    r"lie on each other": "overlap",
    r"[Bb]ends every": "applies a non-linear function",
    r"unless told otherwise|when nothing is said": "by default",
    r"[Oo]utside training": "at inference",
    r"in silence": "without warning",
    r"luckier": "more luck is in the best",
    r"that is told\b": "reported",
    r"as usual\b": "looks normal, is the default",
    r"No training looked": "not used for training",
    r"[Cc]ommonest": "most common",
    r"[Ss]urest": "most confident",
    r"[Tt]he code that runs": "the loop, written out: what runs takes several steps at a time",
    r"ever surer": "more and more certain",
    r"nobody foresaw": "unexpected",
    r"is mended": "is fixed",
    r"[Ss]o many epochs": "epochs of …",
    r"(is|are) apart by": "differs by",
}
"""Turns of phrase that a reader of plain English stumbles over -> what is said instead."""


def test_english_is_plain():
    texts = [part for message in templates() for part in ([message] if isinstance(message, str) else message)]
    texts += [line for path in (LESSONS / "en").glob("*.md") for line in path.read_text("utf-8").splitlines()]
    texts += [line for path in LESSONS.glob("*/en/*.md") for line in path.read_text("utf-8").splitlines()]
    found = {
        f"{word} (say {instead}): {text[:80]}" for text in texts for word, instead in QUAINT.items() if re.search(word, text)
    }
    assert found == set()
