"""A student's progress in the course, as rows of the store and as a file to download.

A row is one step: {"right": true, "answer": …, "at": Unix time}. A file holds all rows with its own version; rows of another
version that are not understood here are kept unchanged, so that nothing is lost when the file goes back.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from clsf import __version__, checks
from clsf.course.lesson import Lesson, key_of
from clsf.errors import CourseError

PART = "lesson"  # of the store
QUIZ = "question"  # questions shown on the pages
VERSION = 1
KIND = "clsf progress"
MOST = 2_000_000  # bytes of a file
MOST_ANSWER = 8_000  # characters that are kept of one; a program to fix has about 3,000


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress. `done`: key of a step -> its stored row."""

    done: Mapping[str, Mapping[str, object]]

    def has(self, lesson: str, step: str) -> bool:
        return key_of(lesson, step) in self.done

    def of(self, lesson: str, step: str) -> Mapping[str, object] | None:
        return self.done.get(key_of(lesson, step))

    def count(self, lesson: Lesson) -> tuple[int, int]:
        """Return how many steps of a lesson were completed, and how many it has."""
        return sum(self.has(lesson.name, step.name) for step in lesson.steps), len(lesson.steps)

    def right(self, lesson: Lesson) -> tuple[int, int]:
        """Return how many graded steps were right at the first answer, and how many were answered."""
        kept = [self.of(lesson.name, step.name) for step in lesson.tasks if step.block is not None and step.block.graded]
        return sum(bool(each.get("right")) for each in kept if each), sum(each is not None for each in kept)

    def finished(self, lesson: Lesson) -> bool:
        done, count = self.count(lesson)
        return done == count

    def next_step(self, lesson: Lesson) -> int:
        """Return the number of the first step that was not completed, from 0; 0 if all were."""
        return next((at for at, step in enumerate(lesson.steps) if not self.has(lesson.name, step.name)), 0)


def row(right: bool | None = None, answer: object = None) -> dict:
    """Return the row of a step that was completed just now."""
    kept: dict[str, object] = {"at": round(time.time(), 1)}
    if right is not None:
        kept["right"] = right
    if answer is not None:
        kept["answer"] = answer if isinstance(answer, int | float | bool) else str(answer)[:MOST_ANSWER]
    return kept


def to_file(rows: Mapping[str, Mapping[str, Mapping[str, object]]], name: str = "") -> str:
    """Return all progress (part -> key -> row) as the text of a file. `name`: what the student typed, "" if nothing."""
    return json.dumps(
        {"kind": KIND, "version": VERSION, "program": __version__, "name": name[:80], "parts": rows},
        ensure_ascii=False,
        indent=1,
    )


def from_file(content: str | bytes) -> tuple[str, dict[str, dict[str, dict]]]:
    """Return (name, part -> key -> row) of a file. A file of another version is read as far as it is understood.

    Raises CourseError if it is not such a file.
    """
    if len(content) > MOST:
        raise CourseError("The file has {count} bytes; a file of progress has at most {most}.", count=len(content), most=MOST)
    data = checks.json_of(CourseError, content)
    if not isinstance(data, dict) or data.get("kind") != KIND or not isinstance(data.get("parts"), dict):
        raise CourseError("This is no file of progress. Take one along from the start page: Progress > Take along.")
    name = data.get("name")
    parts: dict[str, dict[str, dict]] = {}
    for part, kept in data["parts"].items():
        if isinstance(kept, dict) and len(part) <= 40:
            parts[part] = {key: value for key, value in kept.items() if isinstance(value, dict) and len(key) <= 120}
    return name if isinstance(name, str) else "", parts
