"""The pages: one list of them, and the first line of each."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st

from clsf.errors import ClsfError
from clsf.ui.shared import files, language, lessons, problems, sections, service_access, styles
from clsf.ui.shared.text import words
from clsf.words import Sentence, say

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its name is its file in pages/, its lessons in pages/lessons/ and its place in the link."""

    name: str
    title: Sentence
    icon: str
    group: Sentence | None = None  # its heading in the menu; None: the menu does not list it

    @property
    def path(self) -> Path:
        return ROOT / "pages" / f"{self.name}.py"

    def lesson(self) -> str:
        """Return the page's prose, Markdown in the reader's language."""
        return lessons.lesson(self.name)

    def needs_service(self) -> None:
        """Continue only if models can be trained here; if not, show why and end the page."""
        try:
            service_access.get_service()
        except ClsfError as error:
            problems.show(error)
            end_page()

    def show_lesson(self, label: str) -> None:
        """Show the page's prose, folded away."""
        with st.expander(label, icon=":material/school:"):
            st.markdown(sections.whole(self.lesson()))


LEARN, LOOK, BUILD, TRAIN, USE = say("Learn"), say("Look"), say("Build"), say("Train and compare"), say("Use")

PAGES = (
    Page("home", say("Start"), ":material/home:", LEARN),
    Page("own", say("Own classes"), ":material/photo_camera:", LEARN),
    Page("tensors", say("Tensors"), ":material/grid_view:", LOOK),
    Page("data", say("Data"), ":material/photo_library:", LOOK),
    Page("layers", say("Layers"), ":material/layers:", LOOK),
    Page("model", say("Model"), ":material/account_tree:", BUILD),
    Page("your_code", say("Your code"), ":material/code:", BUILD),
    Page("train", say("Train"), ":material/show_chart:", TRAIN),
    Page("experiments", say("Experiments"), ":material/science:", TRAIN),
    Page("compare", say("Compare"), ":material/balance:", TRAIN),
    Page("predict", say("Predict"), ":material/psychology:", USE),
    Page("bug_lab", say("Bug lab"), ":material/bug_report:", USE),
    Page("runs", say("Runs"), ":material/history:", USE),
    Page("lesson", say("Lesson"), ":material/school:"),
    Page("assignment", say("Assignment"), ":material/assignment:"),
    Page("teachers", say("For teachers"), ":material/co_present:"),
)
"""The pages in the order of the menu; the bare address shows the first, from which lessons are opened."""

_through_app: ContextVar[bool] = ContextVar("through_app", default=False)


def navigation() -> st.Page:
    """Tell Streamlit the pages, by their titles in the reader's language, and return the requested one."""
    groups: dict[str, list[st.Page]] = {}
    for page in PAGES:
        shown = "visible" if page.group else "hidden"
        made = st.Page(page.path, title=words(page.title), url_path=page.name, default=page is PAGES[0], visibility=shown)
        groups.setdefault(words(page.group or LEARN), []).append(made)
    return st.navigation(groups, expanded=True)


class PageEndedError(Exception):
    """A page has nothing more to show."""


def end_page() -> NoReturn:
    """End a page early; what stands around it is still shown.

    Not `st.stop()`, after which Streamlit (1.67) ends the whole script at its next output, also where the exception was caught.
    """
    raise PageEndedError


def run_page(page: st.Page) -> None:
    """Run a page on behalf of app.py."""
    token = _through_app.set(True)
    try:
        page.run()
    except PageEndedError:
        pass
    finally:
        _through_app.reset(token)


def open_page(name: str) -> Page:
    """Return the page that begins here.

    A link such as /train on a server that has just started is served from the folder pages/ without app.py (Streamlit
    1.67). Registering the pages with Streamlit ends that permanently; then the page is requested again, now through app.py.
    """
    if not _through_app.get():
        navigation()
        st.rerun()
    files.keep()
    styles.show(f"{name}/style")
    return page_named(name)


def link(label: str, name: str, icon: str | None = None, query: Mapping[str, str] | None = None) -> None:
    """Show a link to a page; the language stays in the address, which also says `query`."""
    st.page_link(page_named(name).path, label=label, icon=icon, query_params={**kept(), **(query or {})})


def switch_to(name: str, query: Mapping[str, str] | None = None) -> NoReturn:
    """Show another page at once; the language stays in the address, which also says `query`."""
    st.switch_page(page_named(name).path, query_params={**kept(), **(query or {})})


def page_named(name: str) -> Page:
    """Return the page of that name."""
    return next(page for page in PAGES if page.name == name)


def kept() -> dict[str, str]:
    """Return the part of the link that a page switch keeps: the language."""
    return {language.PARAMETER: st.query_params[language.PARAMETER]} if language.PARAMETER in st.query_params else {}
