"""Settings that the theme can't make: the document's language, Streamlit's own texts, the menu's width and its place on a phone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from clsf.charts import palette
from clsf.ui.shared import components
from clsf.ui.shared.navigation import PAGES, Page
from clsf.ui.shared.text import translated
from clsf.words import say


@cache
def _css() -> str:
    """Return the style of every page, and the icons of the menu.

    For a page with an icon, Streamlit asks a font server on the internet, so it gets no icons: the menu draws them from the
    font that the page has loaded, and the tab has our own icon.
    """
    icons = "\n".join(
        # The second line adds empty alternative text for screen readers; a browser that does not support it keeps the first.
        f'[data-testid="stSidebarNavLink"]{_link(page)}::before {{ content: "{icon}"; content: "{icon}" / ""; }}'
        for page in PAGES
        for icon in [page.icon.strip(":").partition("/")[2]]
    )
    return palette.variables() + (Path(__file__).parent / "chrome.css").read_text("utf-8") + icons


def _link(page: Page) -> str:
    """Return the selector of a page's link in the menu; the first page has the bare address."""
    return '[href$="/"]' if page is PAGES[0] else f'[href$="/{page.name}"]'


_component = components.declared(
    "clsf_chrome", css=_css(), js=(Path(__file__).parent / "chrome.js").read_text("utf-8"), isolate_styles=False
)


STREAMLITS = (
    say("Help"), say("Help for {label}"), say("Open"), say("Close"), say("progress"), say("Search"),
    say("Upload"), say("Add files"), say("file upload"), say("{size} per file"), say("Drag and drop a file here"), say("Drag and drop files here"),
    say("Take Photo"), say("Clear photo"), say("Switch camera"), say("Learn how to allow access."), say("This app would like to use your camera."),
    say("Press Enter to apply"), say("Press {key} to apply"), say("Press Enter to submit form"),
    say("Choose options"), say("Choose an option"), say("Select all"), say("Clear all"), say("Clear value"), say("No results"),
    say("Selected values"), say("Remove {name}"), say("Increment"), say("Decrement"),
    say("Fullscreen"), say("Close fullscreen"), say("Copy to clipboard"), say("Link to heading"),
    say("Download as CSV"), say("Show/hide columns"), say("Clear selection"),
    say("Main menu"), say("Sidebar"), say("App pages"), say("Print"), say("Record a screencast"), say("Theme"), say("System"), say("Light"), say("Dark"),
    say("Collapse sidebar"), say("Expand sidebar"), say("Skip to main content"), say("Navigate to home page"),
    say("Zoom"), say("Pan"), say("Download plot as a PNG"), say("Zoom in"), say("Zoom out"), say("Reset axes"), say("Autoscale"), say("Share chart..."),
    say("Orbital rotation"), say("Turntable rotation"), say("Reset camera to default"), say("Reset camera to last save"),
)  # fmt: skip
"""Texts that Streamlit 1.67 and Plotly show in English only."""


def dress(language: str, page: str) -> None:
    """Apply this to the page of that name; it takes no space."""
    # A new page name changes the data, so the browser runs this again. English needs no translation.
    texts = {} if language == "en" else {one.template: translated(one.template) for one in STREAMLITS}
    _component(key="chrome", data={"language": language, "page": page, "words": texts})
