"""A lesson: the position in it, one step at a time, and the way to the next step."""

from __future__ import annotations

from functools import partial

import streamlit as st

from clsf.course import parsing
from clsf.course.lesson import Lesson
from clsf.course.progress import Progress
from clsf.ui.lesson import blocks, descent, own_parts, trained
from clsf.ui.shared import course, glossary, linked, reached
from clsf.ui.shared.text import plain, t, tn


def show(lesson: Lesson, at: int) -> None:
    """Show one step of a lesson."""
    progress, step = reached.lessons(), lesson.steps[at]
    course.close_task()
    _head(lesson, at, progress)
    if at == 0 and lesson.able:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":material/flag: **{t('After this you can')}**")
            st.markdown("\n".join(f"- {line}" for line in lesson.able))
    _prose(step.prose)
    if step.block is not None:
        with st.container(border=True, key="block"):
            blocks.show(lesson, step, progress.of(lesson.name, step.name))
    _ways(lesson, at, reached.lessons())
    _terms(lesson, at)


def _prose(text: str) -> None:
    """Show the prose of a step; where a line names a picture of ours, show that."""
    for at, part in enumerate(parsing.SHOW.split(text)):
        if at % 2:
            PICTURES[part]()
        elif part.strip():
            st.markdown(glossary.linked(part))


PICTURES = {
    "scores": descent.scores, "downhill": descent.downhill, "neighbours": trained.shuffled, "own-parts": own_parts.show, "own-metric": partial(own_parts.show, "metric"), "workers": trained.lockstep,
    "workers-statistics": trained.statistics, "workers-rates": trained.rates,
}  # fmt: skip
"""Name in clsf.course.lesson.PICTURES -> what shows it."""


def _head(lesson: Lesson, at: int, progress: Progress) -> None:
    with st.container(key="lesson_head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        minutes = tn("{count} minute", "{count} minutes", lesson.minutes)
        step = t("step {number} of {count}", number=at + 1, count=len(lesson.steps))
        st.caption(f"{t('Lesson {number}', number=lesson.number)} · {minutes} · {step}")
        st.page_link("pages/home.py", label=t("All lessons"), icon=":material/map:")
    st.title(plain(lesson.title), anchor=False)
    done, count = progress.count(lesson)
    st.progress(done / count, text=t("Steps done: {done} of {count}", done=done, count=count))
    st.header(plain(lesson.steps[at].title), anchor=False)


def _ways(lesson: Lesson, at: int, progress: Progress) -> None:
    step, last = lesson.steps[at], at == len(lesson.steps) - 1
    seen = step.block is None or progress.has(lesson.name, step.name)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            t("Back"),
            key="step_back",
            icon=":material/arrow_back:",
            disabled=at == 0,
            on_click=linked.put,
            args=(course.STEP, lesson.steps[at - 1].name),
        )
        if not last:
            st.button(
                t("Next") if seen else t("Skip this for now"), key="step_next", icon=":material/arrow_forward:", icon_position="right",
                type="primary" if seen else "secondary", on_click=_on, args=(lesson, at),
            )  # fmt: skip
    if last:
        if step.block is None and not progress.has(lesson.name, step.name):
            course.keep(lesson, step)
            progress = reached.lessons()
        if progress.finished(lesson):
            right, asked = progress.right(lesson)
            said = t("Lesson done. Right at the first answer: {right} of {asked}.", right=right, asked=asked)
            st.success(said, icon=":material/trophy:")
        else:
            names = ", ".join(plain(step.title) for step in lesson.steps if not progress.has(lesson.name, step.name))
            said = t("You have seen the last step. Steps that you skipped wait for you: {names}.", names=names)
            st.info(said, icon=":material/flag:")
        _after(lesson)


def _after(lesson: Lesson) -> None:
    after = course.course().after(lesson.name)
    if after is not None and st.button(
        t("Next lesson: {title}", title=after.title), key="lesson_next", icon=":material/arrow_forward:", type="primary"
    ):
        course.go(after)


def _on(lesson: Lesson, at: int) -> None:
    step = lesson.steps[at]
    if step.block is None:
        course.keep(lesson, step)
    linked.put(course.STEP, lesson.steps[at + 1].name)


def _terms(lesson: Lesson, at: int) -> None:
    step = lesson.steps[at]
    terms = glossary.in_text(step.prose + (step.block.ask if step.block else ""))
    if terms:
        with st.expander(t("Terms on this page"), icon=":material/dictionary:"):
            st.markdown("\n".join(f"- **{term.title}** ({term.other}): {term.text}" for term in terms))
