"""The sections of a page: one is looked at and computes, its name stands in the link, its part of the lesson above it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import streamlit as st

from clsf.ui.shared import choose
from clsf.ui.shared.text import words
from clsf.words import Sentence, say


class Titled(Protocol):
    """What a section has at least; its name is in the link."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> Sentence: ...
    @property
    def icon(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Section:
    """A section that has nothing else."""

    name: str
    title: Sentence
    icon: str


S = TypeVar("S", bound=Titled)


@dataclass(frozen=True, slots=True)
class Sections(Generic[S]):
    """The sections of one page in their order; the lesson has a heading for each, in the same order."""

    key: str  # of the choice, in the session and in the link
    sections: tuple[S, ...]
    label: Sentence = say("Section")  # noqa: RUF009 - a sentence is frozen
    link: str | None = None  # the name in the link, if it is not the key

    def __iter__(self) -> Iterator[S]:
        return iter(self.sections)

    def chosen(self, among: Sequence[S] | None = None) -> S:
        """Let the reader choose one, of all or `among` some; it is then in the link."""
        offered = {section.name: section for section in (self.sections if among is None else among)}
        titles = {name: f"{section.icon} {words(section.title)}" for name, section in offered.items()}
        return offered[choose.named(st.pills, words(self.label), titles, self.key, self.link, label_visibility="collapsed")]

    def go(self, name: str) -> None:
        """Look at another section from now on; call it before the page is drawn, as a button's callback is."""
        st.session_state[self.key] = name

    def lesson_of(self, lesson: str, section: S) -> str:
        """Return the part of the lesson that belongs to a section."""
        return parts(lesson)[1 + self.sections.index(section)]


def intro(lesson: str) -> str:
    """Return what a lesson says before its first heading."""
    return parts(lesson)[0]


def parts(lesson: str) -> list[str]:
    """Return the text before the first heading, then the text under each, without the headings."""
    before, *rest = re.split(r"^## ", lesson, flags=re.MULTILINE)
    return [before.strip(), *(part.partition("\n")[2].strip() for part in rest)]
