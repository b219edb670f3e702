"""What the theme can't say: the document's language, line breaks in Korean, the menu's width and its place on a phone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from clsf.ui.shared.navigation import PAGES, Page


@cache
def _css() -> str:
    """Return the style of every page, and the icons of the menu.

    Streamlit asks a font server of the internet for the icon of a page that it is told, so it is told none: the menu draws
    them from the font that the page has loaded, and the tab has ours.
    """
    icons = "\n".join(
        # The second time with what is read aloud of it, which is nothing; a browser that does not know that keeps the first.
        f'[data-testid="stSidebarNavLink"]{_link(page)}::before {{ content: "{icon}"; content: "{icon}" / ""; }}'
        for page in PAGES
        for icon in [page.icon.strip(":").partition("/")[2]]
    )
    return (Path(__file__).parent / "chrome.css").read_text("utf-8") + icons


def _link(page: Page) -> str:
    """Return the selector of a page's link in the menu; the first page stands at the bare address."""
    return '[href$="/"]' if page is PAGES[0] else f'[href$="/{page.name}"]'


# Screen readers choose their voice by the language of the document. On a phone the menu covers the page, so it closes with the choice:
# at once where the press is heard, and else with the first sight of the chosen page, since the menu is drawn before this is loaded.
_JS = """
const PHONE = "(max-width: 768px)";  // where Streamlit lays the menu over the page
const closeMenu = () => {
  if (!matchMedia(PHONE).matches) return;
  document.querySelector('[data-testid="stSidebar"][data-collapsed="false"] [data-testid="stSidebarCollapseButton"] button')?.click();
};
const onClick = (event) => {
  if (event.target.closest?.('[data-testid="stSidebarNavLink"]')) setTimeout(closeMenu);
};
let seen = new URL(performance.getEntriesByType("navigation")[0].name).pathname;  // the page that the browser asked for
// What Streamlit 1.67 draws without regard for the keyboard and for screen readers: code that scrolls and can't be focused, a
// place to drop files that has a name and yet no role, and a menu with headings, whose entries are in no list.
const mend = () => {
  for (const code of document.querySelectorAll("[data-testid='stMain'] pre:not([tabindex])"))
    if (code.scrollWidth > code.clientWidth || code.scrollHeight > code.clientHeight) code.tabIndex = 0;
  for (const zone of document.querySelectorAll("[data-testid='stFileUploaderDropzone'][role='presentation']")) zone.setAttribute("role", "group");
  for (const entry of document.querySelectorAll("[data-testid='stSidebarNavItems'] li:not([role])")) {
    entry.setAttribute("role", "none");
    entry.closest("ul").setAttribute("role", "none");
    const group = entry.parentElement, heading = group.querySelector("header p")?.textContent;
    if (heading && group.tagName === "DIV") { group.setAttribute("role", "group"); group.setAttribute("aria-label", heading); }
  }
};
let asked = 0;
const drawn = new MutationObserver(() => { cancelAnimationFrame(asked); asked = requestAnimationFrame(mend); });
export default function ({ data }) {
  document.documentElement.lang = data.language;
  drawn.observe(document.body, { childList: true, subtree: true });  // once, however often it is called
  mend();
  document.addEventListener("click", onClick);  // the same function: added once, however often the page is drawn
  if (location.pathname !== seen) closeMenu();
  seen = location.pathname;
  return () => document.removeEventListener("click", onClick);
}
"""

_component = st.components.v2.component("clsf_chrome", css=_css(), js=_JS, isolate_styles=False)


def dress(language: str, page: str) -> None:
    """Dress the page of that name; it takes no room."""
    _component(key="chrome", data={"language": language, "page": page})  # another page is other data: the browser looks again
