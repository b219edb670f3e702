"""The bar above every page during an assignment: its title, its goal, the way back; also locks controls."""

from __future__ import annotations

import streamlit as st

from clsf.ui.shared import assigned, components, facts, navigation
from clsf.ui.shared.course import ALIASES
from clsf.ui.shared.text import plain, t

# A locked control can be neither pressed nor reached with the keyboard. What a run was trained with is checked again when it is graded.
_JS = """
export default function ({ data: [data] }) {
  const lock = () => {
    for (const name of data.names)
      for (const found of document.querySelectorAll(`.st-key-${CSS.escape(name)}`))
        if (!found.inert) { found.inert = true; found.style.opacity = "0.6"; found.title = data.title; }
  };
  const drawn = new MutationObserver(() => requestAnimationFrame(lock));
  drawn.observe(document.body, { childList: true, subtree: true });
  lock();
  return () => {
    drawn.disconnect();
    for (const name of data.names)
      for (const found of document.querySelectorAll(`.st-key-${CSS.escape(name)}`)) { found.inert = false; found.style.opacity = ""; found.title = ""; }
  };
}
"""

_locks = components.declared("clsf_locks", html="<span hidden></span>", js=_JS, isolate_styles=False)


def show(page: str) -> None:
    """Show the bar, except on the page of the assignment itself."""
    assignment = assigned.opened()
    if assignment is None or page in (assigned.PAGE, "teachers"):
        return
    locked = assignment.locked if page == assignment.page else ()
    names = [key for name in locked for key in (name, *ALIASES.get((page, name), ()))]
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small", key="assignment_bar",
    ):  # fmt: skip
        st.markdown(f":material/assignment: **{plain(assignment.title)}**", width="content")
        check = assignment.check
        if check is not None:
            if assigned.goal_reached(assignment):
                st.badge(t("goal reached"), icon=":material/check:", color="green")
            elif page != "lesson":
                st.caption(plain(check.missing(facts.candidates(check))), width="content")
        if names:
            st.caption(f":material/lock: {t('Some controls are locked by the assignment.')}", width="content")
        navigation.link(t("To the assignment"), assigned.PAGE, ":material/arrow_back:")
        _locks(key="locks", data={"names": names, "title": t("Locked by the assignment")})
