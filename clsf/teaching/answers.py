"""Checking the answers in a hand-in again. No claim in a file is trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from clsf.course.finding import near, number_of
from clsf.course.fixing import fixed, planted
from clsf.course.lesson import Lesson, LessonBlock, LessonStep, key_of
from clsf.errors import SpecError, TeachingError
from clsf.faults.fault import KINDS
from clsf.faults.lab import BugCase, checked
from clsf.words import Sentence, say

State = Literal["right", "wrong", "open", "unconfirmed"]

Truth = Callable[[LessonBlock], str]
"""Returns the correct number of a block by running its program; "" if it can't run here."""


@dataclass(frozen=True, slots=True)
class AssignmentItem:
    """One task of an assignment, which is worth one point."""

    key: str  # "lesson/step", "goal" or "case"
    state: State
    said: Sentence | None = None  # why it could not be confirmed, or what is missing


def of_lesson(lesson: Lesson, rows: Mapping[str, Mapping], truth: Truth, sealed: bool) -> Iterator[AssignmentItem]:
    """Return an item for each graded step of a lesson. `sealed`: the rows are as this dashboard has kept them.

    Raises TeachingError for a row that claims what its answer contradicts: the file was changed.
    """
    for step in lesson.tasks:
        if step.block is not None and step.block.graded:
            key = key_of(lesson.name, step.name)
            row = rows.get(key)
            yield AssignmentItem(key, "open") if row is None else _again(key, step, row, truth, sealed)


def texts(lesson: Lesson, rows: Mapping[str, Mapping]) -> dict[str, str]:
    """Return key -> the student's text in steps that can't be graded automatically."""
    keys = [key_of(lesson.name, step.name) for step in lesson.tasks if step.block is not None and not step.block.graded]
    return {key: str(rows[key].get("answer", ""))[:4000] for key in keys if key in rows}


def right_choice(block: LessonBlock) -> int:
    """Return the number of the right choice of a question: it is marked, or it alone is no misconception."""
    marked = [at for at, choice in enumerate(block.choices) if choice.marked]
    return (marked or [at for at, choice in enumerate(block.choices) if not choice.why_not])[0]


def _again(key: str, step: LessonStep, row: Mapping, truth: Truth, sealed: bool) -> AssignmentItem:
    block, claims, answer = step.block, row.get("right"), row.get("answer")
    right: bool | None = None
    if not isinstance(claims, bool | None):
        raise TeachingError("It was changed: its answer to {step} is not as a dashboard writes it.", step=key)
    if block.kind == "predict" and _is_whole(answer):
        right = answer == right_choice(block)
    elif block.kind == "find" and isinstance(answer, str):
        wanted, value = block.answer or truth(block), number_of(answer)
        right = near(value, wanted, block.within) if wanted and value is not None else None
    elif block.kind == "fix" and isinstance(answer, str):
        right = fixed(planted(*block.fault), answer)
    if right is not None and claims is not right:
        raise TeachingError("It was changed: it calls the answer to {step} {claim}, but the answer is not that.", step=key,
                            claim=say("right") if claims is True else say("wrong"))  # fmt: skip
    if right is None:
        if not sealed:
            return AssignmentItem(key, "unconfirmed", say("What the session held can't be computed again from the file."))
        right = claims is True
    return AssignmentItem(key, "right" if right else "wrong")


def of_case(case: BugCase, row: Mapping | None, sealed: bool) -> AssignmentItem:
    """Return the item of a case of the bug lab: the diagnosis and the lines are judged again."""
    if row is None or row.get("points") is None:
        return AssignmentItem("case", "open")
    kinds, lines = row.get("kinds"), row.get("lines")
    if not _is_list(kinds, str) or not _is_list(lines, int):  # kept by a program that did not keep the diagnosis
        return (
            AssignmentItem("case", "right")
            if sealed
            else AssignmentItem("case", "unconfirmed", say("The file does not give the diagnosis."))
        )
    if not set(kinds) <= set(KINDS) or len(lines) > 10:
        raise TeachingError("It was changed: its diagnosis of the case {code} is unknown.", code=case.code)
    try:
        right, place = checked(case, set(kinds), set(lines))
    except SpecError:
        return AssignmentItem("case", "unconfirmed", say("The file does not give the diagnosis."))
    if not (right and place):
        raise TeachingError("It was changed: it calls the case {code} solved, but its diagnosis is wrong.", code=case.code)
    return AssignmentItem("case", "right")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list(value: object, kind: type) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(each, kind) and not isinstance(each, bool) for each in value)
    )
