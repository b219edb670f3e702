"""A class: each student's step, the runs, and how long a student has been stuck. Read from the store; no Streamlit.

A class has a name, which is in links, and belongs to the key of the teacher who opened it. Students join with the link. Their
names are what they typed themselves, if anything.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clsf import checks
from clsf.course.lesson import Lesson, key_of
from clsf.course.path import Course
from clsf.course.progress import PART, Progress
from clsf.errors import TeachingError
from clsf.runs.reached import Reached
from clsf.runs.summary import RunSummary
from clsf.teaching.assignment import class_name
from clsf.teaching.handin import tidy

MEMBER, TEACHER = "class", "teaches"  # parts of the store; the name of a thing is the class's
MOST_CLASSES = 30  # of one teacher
ACTIVE_SECONDS = 3 * 3600.0  # a student who was not seen for longer is not counted as stuck
STUCK_SECONDS = 300.0  # from here on it is marked


@dataclass(frozen=True, slots=True)
class Student:
    """One student of a class as the teacher sees them."""

    number: int  # in the order of joining, from 1
    name: str  # as typed, "" if no name was typed
    place: str  # key of the step, or name of the page
    quiet: float  # seconds since something was done or another step was opened
    steps: int  # seen through, of the lessons that count
    total: int  # steps of these lessons
    right: int  # right at the first answer
    asked: int  # graded steps that were answered
    runs: tuple[RunSummary, ...] = ()  # finished ones, the newest first

    @property
    def stuck(self) -> bool:
        """Return whether the student has been inactive for long without having finished."""
        return STUCK_SECONDS <= self.quiet <= ACTIVE_SECONDS and not 0 < self.total <= self.steps

    @property
    def best(self) -> float | None:
        """Return the best accuracy on validation images."""
        return max((run.validation_accuracy for run in self.runs if run.validation_accuracy is not None), default=None)


@dataclass(frozen=True, slots=True)
class Board:
    """The progress of a class as a whole, without names."""

    students: int
    steps: tuple[tuple[str, str, int], ...]  # (key, title, how many have seen it through)
    runs: int
    best: float | None


def open_class(reached: Reached, owner: str, name: str, task: str = "") -> str:
    """Open a class for a teacher and return its name. `task`: packed text of its assignment.

    Raises TeachingError if the name can't be one, or if another teacher has a class of that name.
    """
    name = class_name(name)
    others = [other for other in reached.everybody(TEACHER, name) if other != owner]
    if others:
        raise TeachingError("There is a class {name} of another teacher on this dashboard. Choose another name.", name=name)
    kept = reached.all(owner, TEACHER)
    if name not in kept and len(kept) >= MOST_CLASSES:
        raise TeachingError("You have as many classes as you may have: {most}. Remove one first.", most=MOST_CLASSES)
    reached.put(owner, TEACHER, name, {"created": kept.get(name, {}).get("created") or round(time.time()), "task": task})
    return name


def classes(reached: Reached, owner: str) -> dict[str, dict]:
    """Return name -> what is kept of each class of a teacher, the newest first."""
    taught = reached.all(owner, TEACHER) if owner else {}
    return dict(sorted(taught.items(), key=lambda kept: -(kept[1].get("created") or 0)))


def remove(reached: Reached, owner: str, name: str) -> None:
    """Remove a class of a teacher, and that students belong to it; their own progress and runs stay theirs."""
    if name in reached.all(owner, TEACHER):
        reached.forget_everybody(MEMBER, name)
        reached.forget(owner, TEACHER, name)


def is_open(reached: Reached, name: str) -> bool:
    """Return whether a teacher has opened a class of this name."""
    return bool(reached.everybody(TEACHER, name))


def seen(reached: Reached, owner: str, name: str, place: str, called: str | None = None) -> None:
    """Note where a student of a class is. `called`: what they typed as their name; None leaves it.

    Raises StoreError where it can't be kept.
    """
    now, kept = round(time.time(), 1), reached.get(owner, MEMBER, name) or {}
    since = kept.get("since") if kept.get("place") == place else now
    given = kept.get("name", "") if called is None else tidy(called)[:40]
    reached.put(owner, MEMBER, name, {"name": given, "place": place[:120], "since": since, "joined": kept.get("joined") or now})


def students(reached: Reached, name: str, runs_of, lessons: Sequence[Lesson], now: float | None = None) -> list[Student]:
    """Return the students of a class in the order of joining. `runs_of(owner)` returns an owner's newest runs."""
    now = time.time() if now is None else now
    teachers = reached.everybody(TEACHER, name)  # who looked at it as a student would
    members = [kept for kept in reached.everybody(MEMBER, name).items() if kept[0] not in teachers]
    members.sort(key=lambda kept: (_number(kept[1].get("joined")), kept[0]))
    done = reached.of_all(PART, (MEMBER, name))
    return [
        _student(number, body, Progress(done.get(owner, {})), tuple(runs_of(owner)), lessons, now)
        for number, (owner, body) in enumerate(members, start=1)
    ]


def _student(
    number: int, body: Mapping, progress: Progress, runs: tuple[RunSummary, ...], lessons: Sequence[Lesson], now: float
) -> Student:
    rights = [progress.right(lesson) for lesson in lessons]
    began = _number(body.get("joined"))
    moved = [
        _number(body.get("since")),
        *(_number(row.get("at")) for row in progress.done.values()),
        *(run.created for run in runs),
    ]
    return Student(
        number, tidy(body.get("name") or ""), str(body.get("place") or ""), max(now - max(moved), 0.0),
        sum(progress.count(lesson)[0] for lesson in lessons), sum(len(lesson.steps) for lesson in lessons), sum(right for right, _ in rights), sum(asked for _, asked in rights),
        tuple(run for run in runs if run.created >= began - 1 and run.validation_accuracy is not None),
    )  # fmt: skip


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def board(reached: Reached, name: str, students: Iterable[Student], lessons: Sequence[Lesson]) -> Board:
    """Return the progress of a class as a whole."""
    students, done = list(students), reached.of_all(PART, (MEMBER, name))
    steps = tuple(
        (key, step.title, sum(key in rows for rows in done.values()))
        for lesson in lessons
        for step in lesson.steps
        for key in [key_of(lesson.name, step.name)]
    )
    best = max((student.best for student in students if student.best is not None), default=None)
    return Board(len(students), steps, sum(len(student.runs) for student in students), best)


def table(students: Iterable[Student], called: str) -> str:
    """Return the end of a class as a CSV file: a line for each student. `called`: word for one without a name."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(
        ["student", "steps_done", "right_at_once", "answered", "runs", "best_validation_accuracy", "place", "quiet_seconds"]
    )
    for each in students:
        name = checks.cell(each.name) or f"{called} {each.number}"
        best = "" if each.best is None else f"{each.best:.4f}"
        writer.writerow(
            [name, each.steps, each.right, each.asked, len(each.runs), best, checks.cell(each.place), round(each.quiet)]
        )
    return file.getvalue()


def counted(course: Course, names: Sequence[str]) -> tuple[Lesson, ...]:
    """Return the lessons of an assignment that there are; all of the course where it names none."""
    return tuple(lesson for lesson in course.lessons if lesson.name in names) or course.lessons
