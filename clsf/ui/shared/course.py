"""Where the reader is in the course: the lesson and step in the link, the task that is open on another page, ways there."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from clsf.course import path
from clsf.course.lesson import Lesson, LessonStep, Link
from clsf.course.path import Course
from clsf.course.progress import PART, Progress, row
from clsf.ui.shared import language, linked, navigation, reached
from clsf.ui.shared.text import t, tn

PAGE = "lesson"
LESSON, STEP = "lesson", "step"  # in the link
OPEN = "course_open"  # (lesson, step) whose task was opened on another page


def course() -> Course:
    """Return the course in the reader's language."""
    return path.path(language.chosen())


def chosen() -> tuple[Lesson, int] | None:
    """Return the lesson and the number of the step in the link; without one, where the reader was. None: there are no lessons."""
    lessons = course().lessons
    if not lessons:
        return None
    lesson = course().lesson(st.query_params.get(LESSON, ""))
    progress = reached.lessons()
    if lesson is None:
        lesson = goes_on()
    names = [step.name for step in lesson.steps]
    wanted = st.query_params.get(STEP, "")
    at = names.index(wanted) if wanted in names else progress.next_step(lesson)
    into_link(lesson, at)
    return lesson, at


def into_link(lesson: Lesson, at: int) -> None:
    """Put a lesson and a step into the link."""
    linked.put(LESSON, lesson.name)
    linked.put(STEP, lesson.steps[at].name)


def goes_on() -> Lesson:
    """Return the lesson to go on with: that of the newest step if it is not finished, else the first that isn't."""
    progress, lessons = reached.lessons(), course().lessons
    newest = max(progress.done.items(), key=lambda kept: kept[1].get("at") or 0, default=None)
    last = course().lesson(newest[0].partition("/")[0]) if newest else None
    if last is not None and not progress.finished(last):
        return last
    after = lessons[lessons.index(last) + 1 :] if last is not None else ()
    return next((lesson for lesson in (*after, *lessons) if not progress.finished(lesson)), lessons[0])


def go(lesson: Lesson, step: str = "") -> None:
    """Open a lesson at a step; without one, where the reader was."""
    query = {LESSON: lesson.name} | ({STEP: step} if step else {})
    navigation.switch_to(PAGE, query)


def open_link(lesson: Lesson, step: LessonStep, link: Link) -> None:
    """Open the page of a task with the settings of its link, ignoring earlier choices, and remember the way back."""
    st.session_state[OPEN] = (lesson.name, step.name)
    for name, _ in link.state:  # a widget's earlier value would override the link
        for key in [key for key in st.session_state if key == name or key in ALIASES.get((link.page, name), ())]:
            del st.session_state[key]
    navigation.switch_to(link.page, dict(link.state))


ALIASES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("model", "view"): ("model_view",), ("layers", "view"): ("layers_view",), ("tensors", "change"): ("tensors_change",),
    ("model", "design"): ("model_history",), ("layers", "chain"): ("layers_chain",),
    ("train", "view"): ("train_view",),
}  # fmt: skip
"""(page, name in the link) -> keys in the session that hold it under another name."""


def open_task() -> tuple[Lesson, LessonStep] | None:
    """Return the lesson and the step whose task was opened on another page; None if there is none."""
    names = st.session_state.get(OPEN)
    lesson = course().lesson(names[0]) if names else None
    step = lesson.step(names[1]) if lesson else None
    return (lesson, step) if lesson and step else None


def done_said(lesson: Lesson, progress: Progress) -> str:
    """Return how many steps of a lesson are done; before the first, how long it takes."""
    done, count = progress.count(lesson)
    if done:
        return t("Steps done: {done} of {count}", done=done, count=count)
    return tn("{count} minute", "{count} minutes", lesson.minutes)


def close_task() -> None:
    """Close the open task: the reader has come back, or does not want to be reminded."""
    st.session_state.pop(OPEN, None)


def keep(lesson: Lesson, step: LessonStep, right: bool | None = None, answer: object = None) -> None:
    """Store that a step was completed. The first answer counts: repeating a task changes nothing."""
    if not reached.lessons().has(lesson.name, step.name):
        reached.keep(PART, {f"{lesson.name}/{step.name}": row(right, answer)})
