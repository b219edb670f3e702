"""The parts of the Predict page, and which one the reader looks at; only that one computes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from clsf.ui.predict import keys
from clsf.ui.tensors import choose
from clsf.ui.text import t, words
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class Section:
    """One part; its name is in the link."""

    name: str
    title: Sentence
    icon: str


SECTIONS = (
    Section("try", say("Try it"), ":material/draw:"),
    Section("evaluate", say("Evaluate"), ":material/fact_check:"),
    Section("inside", say("Look inside"), ":material/visibility:"),
    Section("home", say("Take it home"), ":material/inventory_2:"),
    Section("report", say("Report"), ":material/description:"),
)


def chosen() -> Section:
    """Let the reader choose a section, which is then in the link."""
    titles = {s.name: f"{s.icon} {words(s.title)}" for s in SECTIONS}
    name = choose.named(st.pills, t("Section"), titles, keys.SECTION, label_visibility="collapsed")
    return next(s for s in SECTIONS if s.name == name)


def go(name: str) -> None:
    """Look at another section from now on; call it before the page is drawn, as a button's callback is."""
    st.session_state[keys.SECTION] = name


def intro(lesson: str) -> str:
    """Return what a lesson says before its first section."""
    return _parts(lesson)[0]


def lesson_of(lesson: str, which: Section) -> str:
    """Return the part of the lesson that belongs to a section; parts stand in the order of SECTIONS."""
    return _parts(lesson)[1 + SECTIONS.index(which)]


def _parts(lesson: str) -> list[str]:
    """Return the text before the first heading, then the text under each."""
    return [
        part.partition("\n")[2].strip() if at else part.strip() for at, part in enumerate(re.split(r"^## ", lesson, flags=re.M))
    ]
