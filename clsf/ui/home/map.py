"""The path: the lessons in groups with the progress in each, and where to continue."""

from __future__ import annotations

import streamlit as st

from clsf.course import path
from clsf.course.lesson import Lesson
from clsf.course.progress import Progress, to_file
from clsf.ui.shared import course, navigation, reached
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import plain, t, tn, words
from clsf.words import Sentence, say

FREE: dict[str, Sentence] = {
    "tensors": say("create, cast, slice and broadcast in three libraries at once"),
    "data": say("the images, as pictures and as numbers"),
    "layers": say("one picture through up to four layers"),
    "model": say("build a network, and see what each layer costs"),
    "your_code": say("paste a program: it is read, explained and translated"),
    "train": say("watch both frameworks learn, batch by batch"),
    "experiments": say("sets of runs that differ in one thing"),
    "compare": say("the same steps in both frameworks, every number compared"),
    "predict": say("draw a digit; both models say what they see"),
    "bug_lab": say("find the fault that is planted in a program"),
    "runs": say("everything you trained, to find again and share"),
}
"""Page -> what it offers, for readers who would rather explore freely."""


def goes_on() -> None:
    """Show one button: begin, or continue where the reader was."""
    lessons, progress = course.course().lessons, reached.lessons()
    if not lessons:
        return
    lesson = course.goes_on()
    begun = any(progress.count(each)[0] for each in lessons)
    if all(progress.finished(each) for each in lessons):
        st.success(t("You have finished the path. Everything stays open to go back to."), icon=":material/trophy:")
        return
    label = t("Go on: {title}", title=lesson.title) if begun else t("Begin the path: {title}", title=lesson.title)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(label, key="go_on", icon=":material/school:"):
            course.go(lesson)
        done, count = progress.count(lesson)
        said = t("Everything runs while you look; nothing can break.")
        if begun:
            said = t("Step {number} of {count}", number=done + 1, count=count)
        st.caption(f"{said} · {tn('{count} minute', '{count} minutes', lesson.minutes)}", width="content")


def show() -> None:
    """Show the groups with their lessons; a lesson that can't be read is reported, and the others work."""
    whole, progress = course.course(), reached.lessons()
    for said in whole.broken:
        st.warning(t("A lesson is left out. {reason}", reason=plain(said)), icon=":material/warning:")
    for number, title in path.STRETCHES.items():
        lessons = whole.stretch(number)
        if not lessons:
            continue
        minutes = sum(lesson.minutes for lesson in lessons)
        done = sum(progress.finished(lesson) for lesson in lessons)
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(words(title), anchor=False)
            said = t("{done} of {count} lessons · about {minutes} minutes", done=done, count=len(lessons), minutes=minutes)
            st.caption(said, width="content")
        with st.grid("auto", min_column_width=230, gap="small", border=True) as grid:
            for lesson in lessons:
                with grid.cell(), st.container(gap="xsmall"):
                    _card(lesson, progress)


def _card(lesson: Lesson, progress: Progress) -> None:
    done, count = progress.count(lesson)
    mark = ":material/check_circle:" if done == count else f"{lesson.number} ·"
    navigation.link(f"{mark} **{plain(lesson.title)}**", course.PAGE, query={course.LESSON: lesson.name})
    if lesson.able:
        st.markdown(f":small[{lesson.able[0]}]")
    st.caption(course.done_said(lesson, progress))
    if 0 < done < count:
        st.progress(done / count)


def free() -> None:
    """Show the pages outside the path, one line each."""
    with st.grid("auto", min_column_width=300, gap="xsmall") as grid:
        for name, what in FREE.items():
            page = navigation.page_named(name)
            with grid.cell(), st.container(gap=None):
                navigation.link(f"**{words(page.title)}**", name, page.icon)
                st.caption(words(what))


def for_teachers() -> None:
    """Show the way to the page for teachers."""
    said = t("For teachers: assignments by link, the class on one screen, handouts")
    navigation.link(said, "teachers", ":material/co_present:")


def take_along() -> None:
    """Offer the progress as a file."""
    with st.expander(t("Your progress"), icon=":material/badge:"):
        st.markdown(
            t(
                "Progress belongs to this browser's key, which the page Runs shows: with the key it is found on another computer. No account, no name."
            )
        )
        name = st.text_input(t("A name for the file, if a teacher is to read it"), key="progress_name", max_chars=80)
        download(t("Take along"), to_file(reached.taken_along(), name or ""), "progress.json", "progress_file")
        st.caption(t("A teacher reads such files with: python -m clsf progress FILE…"))
