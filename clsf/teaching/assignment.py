"""An assignment: what students are to do, as a frozen value, as JSON, and as short text for a link.

Nothing that comes from a link is trusted: every field is checked, and the packed text is never unpacked beyond a limit.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from clsf import checks, packing
from clsf.checks import field as word
from clsf.course import path, tasks
from clsf.course.lesson import Lesson, Link
from clsf.course.tasks import Check
from clsf.errors import ClsfError, TeachingError
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.words import Sentence, say

if TYPE_CHECKING:
    from clsf.faults.lab import BugCase

FORMAT, VERSION = "clsf-assignment", 1
PARAMETER, CLASS = "task", "class"  # in the link

MOST_LINK = 4_000  # characters of the packed text
MOST_JSON = 20_000  # characters that may come out of it
MOST_TITLE, MOST_NOTE, MOST_CLASS = 80, 600, 40
MOST_LESSONS, MOST_STATE, MOST_VALUE = 40, 40, 3_000

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}\Z")
FIELDS = ("format", "version", "title", "note", "lessons", "page", "state", "locked", "goal", "case", "language")


@dataclass(frozen=True, slots=True)
class Assignment:
    """The tasks of students: lessons, or a page with the state in its link, or both; and a goal that can be checked.

    Raises TeachingError for an invalid one; the message names the field.
    """

    title: str
    note: str = ""  # of the teacher, plain text
    lessons: tuple[str, ...] = ()  # names
    page: str = ""  # that is opened, "" for none
    state: tuple[tuple[str, str], ...] = ()  # of that page's link
    locked: tuple[str, ...] = ()  # names of `state` whose controls can't be changed
    goal: str = ""  # a check of clsf.course.tasks about a run, "" for none
    case: str = ""  # code of a case of the bug lab, "" for none

    def __post_init__(self) -> None:
        for name, most in (("title", MOST_TITLE), ("note", MOST_NOTE)):
            _text(name, getattr(self, name), most)
        if not self.title.strip():
            raise TeachingError("The assignment has no title. Type a few words that students know it by.")
        if len(self.lessons) > MOST_LESSONS or len(set(self.lessons)) != len(self.lessons):
            raise TeachingError("The assignment names too many lessons, or one of them twice.")
        for lesson in self.lessons:
            if not isinstance(lesson, str) or not re.fullmatch(r"[a-z0-9-]{1,60}", lesson):
                raise TeachingError("'{value}' is no name of a lesson.", value=checks.shown(lesson))
        if self.page:
            checks.known(TeachingError, say("page"), self.page, path.PAGES)
        if len(self.state) > MOST_STATE or (self.state and not self.page):
            raise TeachingError("The assignment sets controls of a page, but names no page, or it sets too many.")
        for name, value in self.state:
            if not isinstance(name, str) or not _NAME.match(name):
                raise TeachingError("'{value}' is no name of a control.", value=checks.shown(name))
            _text(name, value, MOST_VALUE)
        unknown = [name for name in self.locked if name not in dict(self.state)]
        if unknown:
            raise TeachingError(
                "The control {name} is locked, but the assignment does not set it.", name=checks.shown(unknown[0])
            )
        if self.goal:
            _text("goal", self.goal, 400)
            if self.check.what != "run":
                raise TeachingError("The goal is '{goal}', but must be one about a run.", goal=self.goal[:60])
        if self.case:
            _case(self.case)
        if not (self.lessons or self.page or self.goal or self.case):
            raise TeachingError("There is nothing to do in this assignment. Choose lessons, a page or a goal.")

    @property
    def check(self) -> Check | None:
        """Return the goal as a check."""
        return tasks.check(self.goal) if self.goal else None

    @property
    def buglab(self) -> BugCase | None:
        """Return the case whose fault is to be found."""
        return _case(self.case) if self.case else None

    @property
    def link(self) -> Link | None:
        """Return the page that is to be opened."""
        if self.page:
            return Link(self.page, self.state)
        return Link("bug_lab", (("case", self.case),)) if self.case else None

    def lessons_in(self, language: str) -> tuple[tuple[Lesson, ...], tuple[str, ...]]:
        """Return its lessons in a language, and the names of lessons that no longer exist."""
        course = path.path(language)
        there = {name: course.lesson(name) for name in self.lessons}
        return tuple(lesson for lesson in there.values() if lesson), tuple(name for name, lesson in there.items() if not lesson)

    @property
    def key(self) -> str:
        """Return a short name for it, the same for equal assignments; a student's opened assignment is stored under it."""
        return f"{zlib.crc32(json.dumps(self.to_json(), sort_keys=True).encode()):08x}"

    def to_json(self) -> dict:
        """Return its JSON form; what is not set is left out."""
        data = {
            "format": FORMAT, "version": VERSION, "title": self.title, "note": self.note, "lessons": list(self.lessons),
            "page": self.page, "state": dict(self.state), "locked": list(self.locked), "goal": self.goal, "case": self.case,
        }  # fmt: skip
        return {name: value for name, value in data.items() if value}

    @classmethod
    def from_json(cls, data: object) -> Assignment:
        """Return the assignment in parsed JSON. Raises TeachingError if it is not one, or is of a newer version."""
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise TeachingError("This is no assignment.")
        version = data.get("version")
        if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
            raise TeachingError(
                "The assignment has version {version}, but this program reads up to version {own}: a newer one has made it. "
                "Update this program.",
                version=version, own=VERSION,
            )  # fmt: skip
        checks.one_of(TeachingError, say("version"), version, (VERSION,))
        other = sorted(set(data) - set(FIELDS))
        if other:
            raise TeachingError("The assignment has the unknown field {name}.", name=checks.shown(other[0]))
        state = data.get("state", {})
        for name in ("lessons", "locked"):
            names = data.get(name, [])
            if not isinstance(names, list) or len(names) > MOST_LESSONS or not all(isinstance(each, str) for each in names):
                raise TeachingError("Its field {name} is no list of names.", name=name)
        if not isinstance(state, dict):
            raise TeachingError("Its field {name} is no list of names.", name="state")
        for name in ("title", "note", "page", "goal", "case"):
            if not isinstance(data.get(name, ""), str):
                raise TeachingError("Its field {name} is no text.", name=name)
        return cls(
            data.get("title", ""), data.get("note", ""), tuple(data.get("lessons", ())), data.get("page", ""), tuple(state.items()),
            tuple(data.get("locked", ())), data.get("goal", ""), data.get("case", ""),
        )  # fmt: skip

    def packed(self) -> str:
        """Return the text for a link. Raises TeachingError if it would be longer than a link may be."""
        content = json.dumps(self.to_json(), ensure_ascii=False, separators=(",", ":")).encode()
        text = packing.packed(content, frame=packing.WITH_HEAD)
        if len(text) > MOST_LINK:
            raise TeachingError(
                "The assignment takes {count} characters in a link, but may take {most}. Shorten the note.",
                count=len(text), most=MOST_LINK,
            )  # fmt: skip
        return text


def unpacked(text: str) -> Assignment:
    """Return the assignment in the text of a link. Raises TeachingError with the reason if there is none in it."""
    broken = TeachingError("The link of this assignment is damaged: a part of it is missing. Ask for the link again.")
    if len(text) > MOST_LINK:
        raise broken
    try:
        content = packing.unpacked(text, MOST_JSON, frame=packing.WITH_HEAD)
    except ValueError:
        raise broken from None
    if len(content) > MOST_JSON:
        raise broken
    return read(content)


def read(content: str | bytes) -> Assignment:
    """Return the assignment in JSON text. Raises TeachingError if it is not one."""
    try:
        return Assignment.from_json(checks.json_of(TeachingError, content, strict=True))
    except TeachingError as error:
        raise TeachingError("This assignment can't be opened. {why}", why=error.sentence) from error
    except ClsfError as error:  # a goal or a case that is none
        raise TeachingError("This assignment can't be opened. {why}", why=error.sentence) from error


def goal_text(data: str, accuracy: float | None, parameters: int | None) -> str:
    """Return the goal to reach an accuracy (share of validation images) on a data set with fewer than `parameters` parameters."""
    parts = [f"data={data}"] if data else []
    if accuracy is not None:
        parts.append(f"validation_accuracy>={accuracy:g}")
    if parameters is not None:
        parts.append(f"parameters<{parameters}")
    return "run " + " ".join(parts) if parts else ""


def conditions_said(check: Check) -> list[Sentence]:
    """Return the conditions of a check in words."""
    return [say("{field}: {wanted}", field=tasks.LABELS[each.field], wanted=each.wish()) for each in check.conditions]


class Trained(Protocol):
    """What is needed of a run: a capsule or a record."""

    plan: Plan
    model: ModelSpec


def broken_locks(assignment: Assignment, run: Trained) -> list[Sentence]:
    """Return the settings of a run that differ from a locked control. Controls that are not in a plan are ignored."""
    plan = run.plan
    has = {
        "data": plan.data, "model": run.model.name, "epochs": plan.epochs, "batch_size": plan.batch_size, "optimizer": plan.optimizer,
        "learning_rate": plan.learning_rate, "seed": plan.seed, "dtype": plan.dtype, "scale": plan.preparation.scale,
        "image_size": plan.preparation.image_size, "train_limit": plan.train_limit,
    }  # fmt: skip
    wanted = dict(assignment.state)
    return [
        say("{name} was to stay {wanted}, but is {found}.", name=name, wanted=wanted[name], found=str(has[name]))
        for name in assignment.locked
        if name in has and not _same(wanted[name], has[name]) and wanted[name] != "my-model"
    ]


def _same(wanted: str, has: object) -> bool:
    try:
        return math.isclose(float(wanted), float(has))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return wanted == str(has)


def class_name(text: object) -> str:
    """Return a class's name as it is written in links. Raises TeachingError if it is not valid."""
    name = " ".join(str(text).split()) if isinstance(text, str) else ""
    checks.text(TeachingError, word("class"), name)
    if not name or len(name) > MOST_CLASS or not name.isprintable():
        raise TeachingError(
            "The name of a class is '{value}', but must be a few words of at most {most} letters.",
            value=checks.shown(name), most=MOST_CLASS,
        )  # fmt: skip
    return name


def _case(code: str) -> BugCase:
    from clsf.faults.lab import case_of  # reads the whole catalogue of faults, which few assignments need

    return case_of(code)


def _text(name: str, value: object, most: int) -> None:
    checks.text(TeachingError, word(name), value)
    if not isinstance(value, str) or len(value) > most:
        raise TeachingError("Its field {name} is no text of at most {most} characters.", name=name, most=most)
