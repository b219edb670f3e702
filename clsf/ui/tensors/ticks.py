"""Which tasks were done: remembered in a cookie of the browser, so that a reload finds them."""

from __future__ import annotations

import streamlit as st

from clsf.tensors import sections
from clsf.ui.shared import components
from clsf.ui.tensors import keys

COOKIE = "clsf_done"  # names of sections separated by "."; it holds no runs or answers
KNOWN = {section.name for section in sections.SECTIONS}

# Another tab may have done other tasks in the meantime, so names are added to the existing ones.
_JS = """
export default function ({ data: [data] }) {
  const known = document.cookie.split("; ").find((part) => part.startsWith("clsf_done="))?.slice(10).split(".") ?? [];
  const all = [...new Set([...known, ...data.done])].filter((name) => /^[a-z-]{1,20}$/.test(name)).slice(0, 40);
  document.cookie = `clsf_done=${all.join(".")}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
"""

_component = components.declared("clsf_ticks", html="<span hidden></span>", js=_JS)


def done() -> set[str]:
    """Return the names of the sections whose task was done in this browser, now or before."""
    if keys.SOLVED not in st.session_state:
        st.session_state[keys.SOLVED] = KNOWN & set(str(st.context.cookies.get(COOKIE, "")).split("."))
    return st.session_state[keys.SOLVED]


def keep() -> None:
    """Make the browser remember the done tasks, once there are some; it takes no space on the page."""
    if done():
        _component(key="ticks", data={"done": sorted(done())})
