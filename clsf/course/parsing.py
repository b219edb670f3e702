"""A Markdown file -> a lesson. An error names the file and the line.

    ---
    title: Neighbours
    minutes: 8
    stretch: 1
    needs: what-a-layer-does
    able:
    - say why a vector loses who is next to whom
    ---
    ## What flattening does {#flatten}
    Prose.

    :::predict
    ask: What shape comes out?
    run: tensorflow layers.flatten shape=(1, 28, 28, 1)
    read: shape
    - (1, 784)
    - (784,) => The axis of the batch stays: …
    why: …
    :::

pages/lessons/path/README.md says the same to teachers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clsf import FRAMEWORKS, checks
from clsf.course.lesson import KINDS, PICTURES, AnswerChoice, Lesson, LessonBlock, LessonStep, Link
from clsf.course.running import program
from clsf.course.tasks import check
from clsf.errors import ClsfError, CourseError
from clsf.faults.fault import KINDS as KINDS_OF_FAULT
from clsf.words import say

MOST = 200_000  # characters of a file

STRETCHES = 3  # of the path
FRONT = ("title", "minutes", "stretch", "needs", "pages", "able")
"""Fields at the beginning of a lesson."""

FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "predict": (("ask", "why"), ("run", "read", "hint", "open")),
    "do": (("task", "check"), ("open", "hint", "why")),
    "find": (("ask", "why"), ("run", "read", "answer", "within", "hint", "open")),
    "explain": (("ask", "sample"), ("open",)),
    "fix": (("task", "fault", "why"), ("hint",)),
}
"""Kind of block -> fields that it must have, and fields that it may have. `predict` has choices, too."""

_HEADING = re.compile(r"## (.*?)\s*\{#([a-z0-9-]+)\}(?:\s*\[([a-z_]+)\])?\s*\Z")
_FIELD = re.compile(r"([a-z]+):(?:\s+(.*))?\Z")
SHOW = re.compile(r"^<!-- show: (.*?) -->$", re.MULTILINE)
"""A line of prose that stands for one of our pictures."""
_NAME = re.compile(r"(\d\d)-([a-z0-9-]+)\Z")


def lesson(text: str, file: str, pages: tuple[str, ...]) -> Lesson:
    """Return the lesson of a file. `file`: its name, for errors and for the lesson's own; `pages`: that links may open.

    Raises CourseError with file and line.
    """
    if len(text) > MOST:
        raise CourseError("{file}: it has {count} characters, but may have {most}.", file=file, count=len(text), most=MOST)
    stem = file.rpartition("/")[2].removesuffix(".md")
    named = _NAME.match(stem)
    number, name = (int(named[1]), named[2]) if named else (0, stem)
    lines = text.removeprefix("\ufeff").splitlines()
    front, line_of, able, begin = _front(lines, file)
    steps = tuple(_steps(lines, begin, file, pages))
    if not steps:
        raise _at(
            file,
            len(lines),
            CourseError("There is no step. A step begins with a line such as: ## Title {mark}", mark="{#name}"),
        )
    seen: set[str] = set()
    for step in steps:
        if step.name in seen:
            raise CourseError("{file}: two steps are called {name}. Give one of them another name.", file=file, name=step.name)
        seen.add(step.name)
    needs = tuple(part.strip() for part in front.get("needs", "").split(",") if part.strip() not in ("", "-"))
    made = {}
    for field, make in (
        ("minutes", lambda text: _whole(text, 99)),
        ("stretch", lambda text: _whole(text, STRETCHES)),
        ("pages", lambda text: _pages(text, pages)),
    ):
        if field in front:
            try:
                made[field] = make(front[field])
            except ClsfError as error:
                raise _at(file, line_of[field], error) from None
    return Lesson(
        name, number, front["title"], made.get("minutes", 5), made.get("stretch", 1), able, needs, steps, made.get("pages", ()),
    )  # fmt: skip


def _pages(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    pages = tuple(part.strip() for part in text.split(",") if part.strip() not in ("", "-"))
    for page in pages:
        checks.known(CourseError, say("page"), page, known)
    return pages


def _at(file: str, line: int, error: ClsfError) -> CourseError:
    return CourseError("{file}, line {line}: {problem}", file=file, line=line, problem=error.sentence)


def _whole(text: str, most: int) -> int:
    if not text.isdecimal() or not 0 < int(text[:9]) <= most:
        raise CourseError("'{text}' must be a whole number from 1 to {most}.", text=text[:40], most=most)
    return int(text)


def _front(lines: list[str], file: str) -> tuple[dict[str, str], dict[str, int], tuple[str, ...], int]:
    """Return the fields between the two lines of three dashes, the line of each, the list `able`, and where the text begins."""
    if not lines or lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise _at(file, 1, CourseError("A lesson begins with lines between --- and ---, which give its title."))
    end = next(at for at in range(1, len(lines)) if lines[at].strip() == "---")
    fields: dict[str, str] = {}
    line_of: dict[str, int] = {}
    able: list[str] = []
    for at in range(1, end):
        line = lines[at].strip()
        field = _FIELD.match(line)
        if line.startswith("- "):
            able.append(line[2:].strip())
        elif field is not None:
            try:
                checks.known(CourseError, say("field of a lesson"), field[1], FRONT)
            except ClsfError as error:
                raise _at(file, at + 1, error) from None
            fields[field[1]], line_of[field[1]] = field[2] or "", at + 1
        elif line:
            raise _at(file, at + 1, CourseError("'{text}' is neither a field nor an item of a list.", text=line[:60]))
    if not fields.get("title"):
        raise _at(file, 1, CourseError("The title is missing. Add a line such as: title: Neighbours"))
    return fields, line_of, tuple(able), end + 1


def _steps(lines: list[str], begin: int, file: str, pages: tuple[str, ...]) -> Iterator[LessonStep]:
    starts = [at for at in range(begin, len(lines)) if lines[at].startswith("## ")]
    if any(line.strip() for line in lines[begin : starts[0] if starts else begin]):
        raise _at(
            file,
            begin + 1,
            CourseError(
                "Text stands before the first step. A step begins with a line such as: ## Title {mark}", mark="{#name}"
            ),
        )
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        heading = _HEADING.match(lines[start])
        if heading is None:
            raise _at(file, start + 1, CourseError("A step begins with a line such as: ## Title {mark}", mark="{#name}"))
        fences = [at for at in range(start + 1, end) if lines[at].startswith(":::")]
        block = None
        if fences:
            if len(fences) != 2 or lines[fences[1]].strip() != ":::":
                raise _at(
                    file,
                    fences[0] + 1,
                    CourseError("A step has one block: it begins with ::: and its kind, and ends with a line of ::: alone."),
                )
            try:
                block = _block(lines, *fences, file, pages)
            except ClsfError as error:
                raise error if str(error).startswith(file) else _at(file, fences[0] + 1, error) from None
        for at in range(start + 1, end):
            if shown := SHOW.match(lines[at]):
                try:
                    checks.known(CourseError, say("picture"), shown[1], PICTURES)
                except ClsfError as error:
                    raise _at(file, at + 1, error) from None
        first, last = fences or (end, end)
        prose = "\n".join([*lines[start + 1 : first], *lines[last + 1 : end]]).strip()
        yield LessonStep(heading[2], heading[1], prose, block, heading[3] or "")


def _block(lines: list[str], start: int, end: int, file: str, pages: tuple[str, ...]) -> LessonBlock:
    kind = lines[start][3:].strip()
    checks.known(CourseError, say("kind of block"), kind, KINDS)
    must, may = FIELDS[kind]
    fields: dict[str, str] = {}
    lines_of: dict[str, int] = {}
    choices: list[AnswerChoice] = []
    last = ""
    for at in range(start + 1, end):
        line = lines[at]
        field = _FIELD.match(line)
        if line.startswith("- ") and kind == "predict" and last != "why":
            choices.append(_choice(line[2:]))
        elif field is not None and field[1] in (*must, *may):
            last = field[1]
            fields[last], lines_of[last] = field[2] or "", at + 1
        elif last:
            fields[last] += "\n" + line
        elif line.strip():
            raise _at(file, at + 1, CourseError(
                "'{text}' belongs to nothing. Fields of {kind}: {names}.", text=line.strip()[:60], kind=kind,
                names=", ".join((*must, *may)),
            ))  # fmt: skip
    fields = {name: text.strip() for name, text in fields.items()}
    for name in must:
        if not fields.get(name):
            raise _at(file, start + 1, CourseError("The block has no {name}. Add a line such as: {name}: …", name=name))
    made = {}
    for name, make in (
        ("run", lambda text: program(" ".join(text.split()), fields.get("read", "value"))),
        ("check", check),
        ("open", lambda text: link(text, pages)),
        ("fault", _fault),
    ):
        if name in fields:
            try:
                made[name] = make(fields[name])
            except ClsfError as error:
                raise _at(file, lines_of[name], error) from None
    block = LessonBlock(
        kind, fields.get("ask") or fields["task"], start + 1, tuple(choices), made.get("run"), fields.get("answer", ""),
        _share(fields.get("within", "1%")), fields.get("why", ""), fields.get("hint", ""), made.get("open"), made.get("check"),
        made.get("fault", ("", "")), fields.get("sample", ""),
    )  # fmt: skip
    _require_sense(block, file)
    return block


def _fault(text: str) -> tuple[str, str]:
    framework, _, kind = text.partition(" ")
    checks.known(CourseError, say("framework"), framework, FRAMEWORKS)
    checks.known(CourseError, say("fault"), kind.strip(), KINDS_OF_FAULT)
    return framework, kind.strip()


def _choice(text: str) -> AnswerChoice:
    said, _, why_not = text.partition(" => ")
    marked = said.startswith("[x] ")
    return AnswerChoice(said.removeprefix("[x] ").strip(), why_not.strip(), marked)


def _share(text: str) -> float:
    try:
        return float(text.removesuffix("%")) / 100
    except ValueError:
        raise CourseError("'within: {text}' must be a percentage, such as 5%.", text=text[:40]) from None


def _require_sense(block: LessonBlock, file: str) -> None:
    """Raise CourseError for a block that has all its fields but can't be answered."""
    if block.kind == "predict":
        marked = [choice for choice in block.choices if choice.marked]
        if not 2 <= len(block.choices) <= 6 or len({choice.text for choice in block.choices}) < len(block.choices):
            raise _at(
                file,
                block.line,
                CourseError("A question has two to six different choices, each in a line that begins with a dash."),
            )
        if (block.program is None) != (len(marked) == 1):
            raise _at(
                file,
                block.line,
                CourseError("Either a program says which choice is right (run:), or one choice is marked with [x]."),
            )
        reasons = [choice for choice in block.choices if not choice.why_not]
        if len(reasons) != 1 or (marked and reasons != marked):
            raise _at(
                file,
                block.line,
                CourseError("Each wrong choice says after => what it is mixed up with; the right one says nothing."),
            )
    if block.kind == "find" and (block.program is None) == (not block.answer):
        raise _at(
            file,
            block.line,
            CourseError("A number to be found comes from a program (run:) or is written there (answer:), one of the two."),
        )


def link(text: str, pages: tuple[str, ...]) -> Link:
    """Return the link `page?name=value&name=value`. Raises CourseError if there is no such page."""
    page, _, state = text.partition("?")
    checks.known(CourseError, say("page"), page, pages)
    pairs = tuple((part.partition("=")[0], part.partition("=")[2]) for part in state.split("&") if part)
    return Link(page, pairs)
