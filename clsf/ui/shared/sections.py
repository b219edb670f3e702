"""The sections of a page: only the one in view computes; its name is in the link, its part of the lesson above it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

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
    """The sections of one page in their order; the lesson has a heading for each, with its name: ## Title {#name}."""

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
        return part(lesson, section.name)


def go(key: str, name: str) -> None:
    """Show another section of the page whose choice has this key; call it before the page is drawn, as in a button's callback."""
    st.session_state[key] = name


def intro(lesson: str) -> str:
    """Return what a lesson says before its first heading."""
    return part(lesson, "")


def part(lesson: str, name: str) -> str:
    """Return the text under the heading with a name; "" where there is none."""
    return parts(lesson).get(name, "")


@cache
def parts(lesson: str) -> dict[str, str]:
    """Return name of a heading -> the text under it, without the heading; "" -> the text before the first heading."""
    before, *rest = _HEADING.split(lesson)
    return {"": before.strip(), **dict(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))}


def whole(lesson: str) -> str:
    """Return a lesson as it is read from top to bottom: its headings without their names."""
    return re.sub(r"^(#{2,3} .*?)[ \t]*\{#[a-z0-9-]+\}[ \t]*$", r"\1", lesson, flags=re.MULTILINE)


_HEADING = re.compile(r"^#{2,3} .*\{#([a-z0-9-]+)\}[ \t]*$", re.MULTILINE)
