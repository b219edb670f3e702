"""A lesson on paper: the lesson itself on at most two pages, a worksheet with its questions, and the answers on a page of their own.

Each is one HTML page that needs nothing else; the browser prints it. The size of the type follows the amount of text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape

from markdown_it import MarkdownIt

from clsf.course.lesson import Lesson, LessonBlock, LessonStep
from clsf.faults.catalogue import FAULTS
from clsf.teaching import answers
from clsf.teaching.assignment import conditions_said
from clsf.words import Sentence, say

Words = Callable[[Sentence], str]
Truth = Callable[[LessonBlock], str]
Code = Callable[[LessonBlock], str]

FULL = 8_200
"""Letters of Latin text that fill one A4 page in two columns at 9.5 points; a Korean syllable takes the room of two."""
LARGEST, SMALLEST = 10.5, 7.0  # points
LINES = 4  # to write on, under a question in one's own words

STYLE = """
@page { size: A4; margin: 12mm 13mm; }
:root { color-scheme: light; }
body { font: SIZEpt/1.35 "Source Sans 3", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; color: #11161c; background: #fff; margin: 0; }
@media screen { body { max-width: 190mm; margin: 2rem auto; padding: 0 1rem; } }
h1 { font-size: 1.7em; line-height: 1.2; margin: 0 0 0.2em; } h2 { font-size: 1.12em; margin: 0.9em 0 0.2em; break-after: avoid; }
p, ul, ol { margin: 0.3em 0; } ul, ol { padding-left: 1.2em; } p.small { color: #4a545e; font-size: 0.9em; }
.columns { columns: 2; column-gap: 8mm; } .able { border: 1px solid #c9cfc9; border-radius: 4px; padding: 0.3em 0.7em; margin: 0.4em 0 0.6em; }
pre { background: #f3f4f2; border-radius: 4px; padding: 0.4em 0.6em; font-size: 0.85em; white-space: pre-wrap; overflow-wrap: anywhere; break-inside: avoid; }
code { font-family: "Source Code Pro", monospace; font-size: 0.92em; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: 0.9em; width: 100%; break-inside: avoid; } th, td { padding: 0.1em 0.4em; border-bottom: 1px solid #d5d9d4; text-align: left; }
section { break-inside: avoid; margin: 0 0 0.8em; } .choice { margin: 0.12em 0; padding-left: 1.3em; text-indent: -1.3em; } .choice::before { content: "☐ "; }
.line { border-bottom: 1px solid #9aa39c; height: 1.9em; } .key { break-before: page; } :lang(ko) { word-break: keep-all; }
img, svg, figure { max-width: 100%; break-inside: avoid; }
"""

_TERM = re.compile(r"\[([^\]]+)\]\(term:[a-z0-9-]+\)")
_PICTURE = re.compile(r"^<!--.*?-->$", re.MULTILINE | re.DOTALL)


def lesson_page(lesson: Lesson, language: str, words: Words) -> str:
    """Return the lesson as one HTML page: what it says, step by step, without its questions."""
    body = [_head(lesson, words, "")]
    if lesson.able:
        able = "".join(f"<li>{_inline(line)}</li>" for line in lesson.able)
        body.append(f'<div class="able"><b>{escape(words(say("After this you can")))}</b><ul>{able}</ul></div>')
    parts = [f"<h2>{_inline(step.title)}</h2>{_markdown(step.prose)}" for step in lesson.steps if step.prose.strip()]
    body.append(f'<div class="columns">{"".join(parts)}</div>')
    return _page(lesson.title, language, "".join(body), "".join(step.prose for step in lesson.steps))


def worksheet(lesson: Lesson, language: str, words: Words, truth: Truth, code: Code) -> str:
    """Return the questions of a lesson to be answered on paper, and the answers on the last page.

    `truth` returns the number that a program gives, `code` the program's text; both "" where that can't be asked.
    """
    tasks = [(number, step) for number, step in enumerate(lesson.tasks, start=1)]
    codes = {number: code(step.block) if step.block.program is not None else "" for number, step in tasks}
    name = f"<p class=small>{escape(words(say('Name')))}: ____________________________</p>"
    asked = "".join(f"<section>{_question(number, step, words, codes[number])}</section>" for number, step in tasks)
    told = "".join(f"<section><b>{number}.</b> {_answer(step, words, truth)}</section>" for number, step in tasks)
    key = f'<div class="key">{_head(lesson, words, words(say("Answers")))}<div class="columns">{told}</div></div>'
    head = _head(lesson, words, words(say("Worksheet"))) + name
    texts = "".join(step.block.ask + "".join(c.text for c in step.block.choices) + " " * 120 for _, step in tasks) + "".join(
        codes.values()
    )
    return _page(lesson.title, language, f'{head}<div class="columns">{asked}</div>{key}', texts, pages=1)


def text_page(title: str, language: str, text: str) -> str:
    """Return Markdown as an HTML page to be printed. Names of sections are left out."""
    return _page(title, language, _markdown(re.sub(r" \{#[a-z0-9-]+\}$", "", text, flags=re.MULTILINE)), "")


def file_name(lesson: Lesson, kind: str) -> str:
    return f"{lesson.number:02}-{lesson.name}-{kind}.html"


def points_of(text: str, pages: int) -> float:
    """Return the size of the type, in points, at which a text fits on the given number of pages."""
    letters = sum(2 if ord(letter) > 0x1100 else 1 for letter in text) + 48 * text.count("\n")
    size = 9.5 * (FULL * pages / max(letters, 1)) ** 0.5
    return round(min(max(size, SMALLEST), LARGEST), 1)


def _page(title: str, language: str, body: str, text: str, pages: int = 2) -> str:
    style = STYLE.replace("SIZE", str(points_of(text, pages)))
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _head(lesson: Lesson, words: Words, kind: str) -> str:
    said = words(say("Lesson {number}", number=lesson.number))
    return f"<p class=small>{escape(' · '.join(filter(None, (said, kind))))}</p><h1>{_inline(lesson.title)}</h1>"


def _question(number: int, step: LessonStep, words: Words, code: str) -> str:
    block = step.block
    parts = [f"<b>{number}. {_inline(step.title)}</b>{_markdown(block.ask)}"]
    parts += [f"<pre><code>{escape(code.strip())}</code></pre>"] if code.strip() else []
    if block.kind == "predict":
        parts += [f'<div class="choice">{_inline(_choice(choice.text, words))}</div>' for choice in block.mixed]
    elif block.kind == "find":
        parts.append('<div class="line"></div>')
    elif block.kind == "explain":
        parts.append('<div class="line"></div>' * LINES)
    else:
        where = block.open.page if block.open else "lesson"
        parts.append(f"<p class=small>{escape(words(say('In the dashboard, on the page {page}.', page=where)))}</p>")
    return "".join(parts)


def _answer(step: LessonStep, words: Words, truth: Truth) -> str:
    block = step.block
    match block.kind:
        case "predict":
            right = _choice(block.choices[answers.right_choice(block)].text, words)
        case "find":
            right = block.answer or truth(block) or words(say("The lesson computes it."))
        case "fix":
            right = words(FAULTS[block.fault[1]].title)
        case "do":
            right = words(say("Done when: {check}", check=", ".join(map(words, conditions_said(block.check)))))
        case _:
            return _markdown(block.sample)
    return f"<b>{_inline(right)}</b>{_markdown(block.why)}"


def _choice(text: str, words: Words) -> str:
    return {"error": words(say("an error")), "yes": words(say("yes")), "no": words(say("no"))}.get(text, text)


def _markdown(text: str) -> str:
    return _made().render(_told(text))


def _inline(text: str) -> str:
    return _made().renderInline(_told(text))


def _told(text: str) -> str:
    return _PICTURE.sub("", _TERM.sub(r"\1", text))


def _made() -> MarkdownIt:
    """Return a renderer that lets no HTML of a text through."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def all_of(lesson: Lesson, language: str, words: Words, truth: Truth, code: Code) -> Iterator[tuple[str, str]]:
    """Return (name of a file, its content) of everything that is printed of a lesson."""
    yield file_name(lesson, "lesson"), lesson_page(lesson, language, words)
    yield file_name(lesson, "worksheet"), worksheet(lesson, language, words, truth, code)
