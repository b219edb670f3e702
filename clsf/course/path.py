"""All lessons and questions: read once at start from pages/lessons/. A file with an error is skipped and reported."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from clsf.course import parsing
from clsf.course.lesson import Lesson, LessonStep
from clsf.errors import ClsfError, CourseError
from clsf.words import Sentence, say

logger = logging.getLogger("clsf.course")

FOLDER = Path(__file__).resolve().parents[2] / "pages" / "lessons"
LANGUAGES = ("en", "ko")
PAGES = tuple(sorted(file.stem for file in FOLDER.parent.glob("*.py")))
"""Pages that a lesson may link to."""

STRETCHES: dict[int, Sentence] = {
    1: say("First stretch: from a tensor to a trained model"),
    2: say("Second stretch: learning, and being misled"),
    3: say("Third stretch: how programs are built"),
}


@dataclass(frozen=True, slots=True)
class Course:
    """The course in one language. `broken`: the errors of skipped files."""

    lessons: tuple[Lesson, ...]
    broken: tuple[Sentence, ...] = ()

    def lesson(self, name: str) -> Lesson | None:
        return next((lesson for lesson in self.lessons if lesson.name == name), None)

    def stretch(self, number: int) -> tuple[Lesson, ...]:
        return tuple(lesson for lesson in self.lessons if lesson.stretch == number)

    def after(self, name: str) -> Lesson | None:
        """Return the lesson that follows another; None after the last."""
        names = [lesson.name for lesson in self.lessons]
        at = names.index(name) + 1 if name in names else len(names)
        return self.lessons[at] if at < len(names) else None


@cache
def path(language: str) -> Course:
    """Return the lessons in a language, in their order."""
    return read(FOLDER / "path" / language)


@cache
def questions(page: str, language: str) -> tuple[LessonStep, ...]:
    """Return the questions of a page in a language: its own, and those of lessons that name it; none if there are none."""
    file = FOLDER / "questions" / language / f"{page}.md"
    own: tuple[LessonStep, ...] = ()
    if file.is_file():
        try:
            own = _read(file).steps
        except ClsfError as error:
            logger.error("Questions are left out: %s", error)
    taken = [
        replace(step, name=f"{lesson.name}-{step.name}")
        for lesson in path(language).lessons
        if page in lesson.pages
        for step in lesson.steps
        if step.block is not None and step.block.kind == "predict"
    ]
    return (*own, *taken)


def read(folder: Path) -> Course:
    """Return the lessons of a folder. Unreadable files are skipped and reported, in the log too."""
    lessons, broken = [], []
    for file in sorted(folder.glob("[0-9][0-9]-*.md")):
        try:
            lessons.append(_read(file))
        except ClsfError as error:
            logger.error("A lesson is left out: %s", error)
            broken.append(error.sentence)
    return Course(tuple(lessons), tuple(broken))


def _read(file: Path) -> Lesson:
    name = f"{file.parent.name}/{file.name}"
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError("{file}: it can't be read: {reason}. Save it as UTF-8.", file=name, reason=str(error)[:80]) from None
    return parsing.lesson(text, name, PAGES)
