"""What the theme can't say: the document's language, line breaks in Korean, the menu's width and its place on a phone."""

from __future__ import annotations

import streamlit as st

# Streamlit's own style breaks Korean lines inside words, so it has to be overruled. Its status widget would blink with
# every look at a live run, and its "Stop" would stop the page, not the training. What is live (a container whose key begins with "live-") is not faded while
# it is looked at again. The menu is 224 pixels wide until the reader drags it: Streamlit takes a width that a page states only
# where its answer comes before the menu is drawn, so two readers saw two widths. 300 is what it draws by itself.
_CSS = """
[data-testid="stSidebar"][style*=" width: 300px"] { width: 224px !important; }
:lang(ko) :is(p, li, h1, h2, h3, h4, td, th) { word-break: keep-all !important; overflow-wrap: break-word !important; }
[data-testid="stStatusWidget"] { display: none; }
[class*="st-key-live-"] [data-stale="true"] { opacity: 1 !important; transition: none !important; }
"""

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
export default function ({ data }) {
  document.documentElement.lang = data.language;
  document.addEventListener("click", onClick);  // the same function: added once, however often the page is drawn
  if (location.pathname !== seen) closeMenu();
  seen = location.pathname;
  return () => document.removeEventListener("click", onClick);
}
"""

_component = st.components.v2.component("clsf_chrome", css=_CSS, js=_JS, isolate_styles=False)


def dress(language: str, page: str) -> None:
    """Dress the page of that name; it takes no room."""
    _component(key="chrome", data={"language": language, "page": page})  # another page is other data: the browser looks again
