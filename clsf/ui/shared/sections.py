"""The sections of a page: one is looked at and computes, its name stands in the link, its part of the lesson above it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import streamlit as st

from clsf.ui.shared import choose
from clsf.ui.shared.text import words
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page; its name is in the link, `show` draws it."""

    name: str
    title: Sentence
    icon: str
    show: Callable


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections of one page in their order; the lesson has a heading for each, in the same order."""

    key: str  # of the choice, in the session and in the link
    sections: tuple[Section, ...]
    label: Sentence = say("Section")  # noqa: RUF009 - a sentence is frozen
    link: str | None = None  # the name in the link, if it is not the key

    def __iter__(self) -> Iterator[Section]:
        return iter(self.sections)

    def chosen(self, among: Sequence[Section] | None = None) -> Section:
        """Let the reader choose one, of all or `among` some; it is then in the link."""
        offered = {section.name: section for section in (self.sections if among is None else among)}
        titles = {name: f"{section.icon} {words(section.title)}" for name, section in offered.items()}
        with st.container(key=f"sections-{self.key}"):  # where the browser scrolls to, if the choice was far down
            return offered[choose.named(st.pills, words(self.label), titles, self.key, self.link, label_visibility="collapsed")]

    def opened(self, lesson: str) -> Section:
        """Let the reader choose one; show its title and its part of the lesson."""
        section = self.chosen()
        st.header(words(section.title))
        st.markdown(self.lesson_of(lesson, section))
        return section

    def lesson_of(self, lesson: str, section: Section) -> str:
        """Return the part of the lesson that belongs to a section."""
        return parts(lesson)[1 + self.sections.index(section)]


def go(key: str, name: str) -> None:
    """Show another section of the page whose choice has this key; call it before the page is drawn, as a button's callback is."""
    st.session_state[key] = name


def intro(lesson: str) -> str:
    """Return what a lesson says before its first heading."""
    return parts(lesson)[0]


def parts(lesson: str) -> list[str]:
    """Return the text before the first heading, then the text under each, without the headings."""
    before, *rest = re.split(r"^## ", lesson, flags=re.MULTILINE)
    return [before.strip(), *(part.partition("\n")[2].strip() for part in rest)]
