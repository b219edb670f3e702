"""The ways to look at a design, and which one the reader chose; only that one computes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from clsf.ui.model import code_view, diagram_view, keys, summary_view, volumes_view
from clsf.ui.model.editor import Bench
from clsf.ui.tensors import choose
from clsf.ui.text import t, words
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True)
class View:
    """One way; its name is in the link."""

    name: str
    title: Sentence
    icon: str


VIEWS = (
    View("code", say("Code"), ":material/code:"),
    View("diagram", say("Diagram"), ":material/account_tree:"),
    View("volumes", say("Volumes"), ":material/view_in_ar:"),
    View("summary", say("Summary"), ":material/table_rows:"),
)
_SHOW = {"code": code_view.show, "diagram": diagram_view.show, "volumes": volumes_view.show, "summary": summary_view.show}


def chosen() -> View:
    """Let the reader choose a view, which is then in the link."""
    titles = {view.name: f"{view.icon} {words(view.title)}" for view in VIEWS}
    name = choose.named(st.pills, t("View"), titles, keys.VIEW, label_visibility="collapsed")
    return next(view for view in VIEWS if view.name == name)


def show(view: View, bench: Bench) -> None:
    """Show the design in that way."""
    _SHOW[view.name](bench)


def intro(lesson: str) -> str:
    """Return what a lesson says before its first view."""
    return _parts(lesson)[0]


def lesson_of(lesson: str, view: View) -> str:
    """Return the part of the lesson that belongs to a view; parts stand in the order of VIEWS."""
    return _parts(lesson)[1 + VIEWS.index(view)]


def _parts(lesson: str) -> list[str]:
    """Return the text before the first heading, then the text under each."""
    return [
        part.partition("\n")[2].strip() if at else part.strip() for at, part in enumerate(re.split(r"^## ", lesson, flags=re.M))
    ]
