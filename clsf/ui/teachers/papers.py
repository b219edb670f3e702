"""Printable documents: lessons, worksheets, and the guide for teachers."""

from __future__ import annotations

import io
import zipfile

import streamlit as st

from clsf.course.lesson import Lesson, LessonBlock
from clsf.errors import ClsfError
from clsf.teaching import guide as guides
from clsf.teaching import handout
from clsf.ui.shared import choose, course, language, programs, questions
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import plain, t, words
from clsf.ui.teachers import keys


def show() -> None:
    """Show a lesson's handouts to save and print, and a download of all of them."""
    lessons = course.course().lessons
    names = {lesson.name: f"{lesson.number} · {lesson.title}" for lesson in lessons}
    name = choose.named(st.selectbox, t("Lesson"), names, keys.HANDOUT)
    lesson = course.course().lesson(name) or lessons[0]
    with st.container(horizontal=True, gap="small"):
        download(
            t("The lesson"), lambda: handout.lesson_page(lesson, language.chosen(), words), handout.file_name(lesson, "lesson"), "handout_page",
            ":material/article:", type="primary",
        )  # fmt: skip
        download(
            t("Worksheet with answers"), lambda: handout.worksheet(lesson, language.chosen(), words, questions.truth, _code), handout.file_name(lesson, "worksheet"), "handout_sheet",
            ":material/assignment:",
        )  # fmt: skip
        download(t("All lessons"), lambda: _all(lessons), "handouts.zip", "handout_all", ":material/folder_zip:")
    st.caption(t("Open a file in the browser and print it on A4. A lesson takes at most two pages; a worksheet's last page has the answers."))  # fmt: skip
    told = guides.read(language.chosen()).get(lesson.name)
    if told is not None:
        with st.container(border=True):
            st.markdown(f"**{plain(told.title)}**\n\n{told.text}")


def _code(block: LessonBlock) -> str:
    """Return the text of a question's program; "" if no worker can be asked."""
    try:
        return programs.code_of(block.program.side, block.program.call)
    except ClsfError:
        return ""


def _all(lessons: tuple[Lesson, ...]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for lesson in lessons:
            for name, content in handout.all_of(lesson, language.chosen(), words, questions.truth, _code):
                archive.writestr(name, content)
    return file.getvalue()


def guide() -> None:
    """Show the guide: the plans first, then lesson by lesson."""
    chapters = guides.read(language.chosen())
    download(
        t("Save the guide"),
        lambda: handout.text_page(t("Guide for teachers"), language.chosen(), guides.whole(language.chosen())), "guide.html",
        "guide_file", ":material/print:",
    )  # fmt: skip
    for name in guides.PLANS:
        if name in chapters:
            st.subheader(plain(chapters[name].title), anchor=False)
            st.markdown(chapters[name].text)
    for lesson in course.course().lessons:
        if lesson.name in chapters:
            with st.expander(f"{lesson.number} · {plain(lesson.title)}"):
                st.markdown(chapters[lesson.name].text)
