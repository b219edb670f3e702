"""What a lesson is made of: steps, each with prose and at most one block. Frozen values; how they are written: parsing.py."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from clsf.course.running import LessonProgram
from clsf.course.tasks import Check

_NUMBER = re.compile(r"[+−-]?[\d,]+(?:\.\d+)?")

KINDS = ("predict", "do", "find", "explain", "fix")

PICTURES = ("scores", "downhill", "neighbours", "own-parts", "own-metric", "workers", "workers-statistics", "workers-rates")
"""The names allowed in a lesson's line `<!-- show: name -->`."""


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """One answer to choose from. `why_not` names the misconception behind a wrong one; it is empty for the right one."""

    text: str
    why_not: str = ""
    marked: bool = False  # the right one, where no program says which


@dataclass(frozen=True, slots=True)
class Link:
    """A link to one of our pages, with the page's state."""

    page: str
    state: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.page + ("?" + "&".join(f"{name}={value}" for name, value in self.state) if self.state else "")


@dataclass(frozen=True, slots=True)
class LessonBlock:
    """What a student does in a step. Which fields it has depends on its kind; texts are Markdown in the lesson's language."""

    kind: str  # one of KINDS
    ask: str
    line: int  # in its file, where the block begins
    choices: tuple[AnswerChoice, ...] = ()  # predict
    program: LessonProgram | None = None  # predict and find: what is run for the answer
    answer: str = ""  # find: the number, where no program gives it
    within: float = 0.0  # find: how far off an answer may be, as a share of it
    why: str = ""  # said with the answer
    hint: str = ""
    open: Link | None = None  # the page where it is done or read off
    check: Check | None = None  # do
    fault: tuple[str, str] = ("", "")  # fix: framework and kind of the fault that is planted
    sample: str = ""  # explain: an answer to compare with, shown afterwards

    @property
    def mixed(self) -> tuple[AnswerChoice, ...]:
        """Return the choices in an order that does not reveal the right one, the same each time. Numbers stay in their order."""
        if all(_NUMBER.fullmatch(choice.text) for choice in self.choices):
            return tuple(sorted(self.choices, key=lambda choice: float(choice.text.replace(",", "").replace("−", "-"))))
        return tuple(sorted(self.choices, key=lambda choice: hashlib.sha256(f"{self.ask} {choice.text}".encode()).digest()))

    @property
    def graded(self) -> bool:
        """Return whether its answer can be right or wrong."""
        return self.kind != "explain"


@dataclass(frozen=True, slots=True)
class LessonStep:
    """One screen of a lesson."""

    name: str  # its anchor, the same in every language
    title: str
    prose: str
    block: LessonBlock | None = None
    section: str = ""  # of a page, for questions shown next to one


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson in one language."""

    name: str  # of its file, without the number
    number: int
    title: str
    minutes: int
    stretch: int
    able: tuple[str, ...]  # what the student can do afterwards
    needs: tuple[str, ...]  # names of lessons
    steps: tuple[LessonStep, ...]
    pages: tuple[str, ...] = ()  # pages that show its questions too

    def step(self, name: str) -> LessonStep | None:
        return next((step for step in self.steps if step.name == name), None)

    @property
    def tasks(self) -> tuple[LessonStep, ...]:
        """Return the steps with something to do."""
        return tuple(step for step in self.steps if step.block is not None)


def key_of(lesson: str, step: str) -> str:
    """Return the key of a step in a student's progress."""
    return f"{lesson}/{step}"
