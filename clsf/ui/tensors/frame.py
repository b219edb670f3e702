"""What every section has around it: the choice of a section, its lesson, and the task that the page can check."""

from __future__ import annotations

import re

import streamlit as st

from clsf.tensors.sections import SECTIONS, Section, section
from clsf.ui.tensors import choose, keys
from clsf.ui.text import sentence, t


def chosen() -> Section:
    """Let the reader choose a section, which is then in the link."""
    titles = {s.name: f"{s.icon} {sentence(s.title)}" for s in SECTIONS}
    name = choose.named(st.pills, t("Section"), titles, keys.SECTION, label_visibility="collapsed")
    return section(name)


def intro(lesson: str) -> str:
    """Return what a lesson says before its first section."""
    return _parts(lesson)[0]


def lesson_of(lesson: str, which: Section) -> str:
    """Return the part of the lesson that belongs to a section; parts stand in the order of SECTIONS."""
    return _parts(lesson)[1 + SECTIONS.index(which)]


def task(which: Section, solved: bool) -> None:
    """Show what to try, and whether it was done; done stays done for this session."""
    done: set[str] = st.session_state.setdefault(keys.SOLVED, set())
    if solved:
        done.add(which.name)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="try_this"):
        st.markdown(f":material/flag: **{t('Try this:')}** {sentence(which.task)}", width="content")
        if which.name in done:
            st.badge(t("done"), icon=":material/check:", color="green")
        else:
            st.badge(t("not yet"), icon=":material/radio_button_unchecked:", color="gray")


def _parts(lesson: str) -> list[str]:
    """Return the text before the first heading, then the text under each."""
    return [
        part.partition("\n")[2].strip() if at else part.strip() for at, part in enumerate(re.split(r"^## ", lesson, flags=re.M))
    ]
