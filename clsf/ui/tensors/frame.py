"""The frame around every section: the choice of a section, and the task that the page can check; done ones are kept in a cookie."""

from __future__ import annotations

import streamlit as st

from clsf.tensors import sections
from clsf.tensors.literals import TensorError
from clsf.ui.shared import components, facts
from clsf.ui.shared.sections import Section, Sections
from clsf.ui.shared.text import plain, t
from clsf.ui.tensors import cast, change, create, gradients, keys, names, shapes, trace

SHOW = {
    "create": create.show, "cast": cast.show, "change": change.show, "trace": trace.show, "names": names.show,
    "broadcast": shapes.broadcast, "layout": shapes.layout, "gradients": gradients.show,
}  # fmt: skip

SECTIONS = Sections(keys.SECTION, tuple(Section(s.name, s.title, s.icon, SHOW[s.name]) for s in sections.SECTIONS))

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


def done_before() -> set[str]:
    """Return the names of the sections whose task was done in this browser, now or before."""
    if keys.SOLVED not in st.session_state:
        st.session_state[keys.SOLVED] = KNOWN & set(str(st.context.cookies.get(COOKIE, "")).split("."))
    return st.session_state[keys.SOLVED]


def solved(section: Section) -> bool:
    """Show a section; return whether its task is solved by what is chosen. What is typed and can't be read is refused here."""
    try:
        return bool(section.show())
    except TensorError as error:
        st.warning(plain(error.sentence), icon=":material/edit_note:")
        return False


def task(name: str, solved: bool) -> None:
    """Show what to try in a section, and whether it was done; this is remembered in the browser."""
    which, done = sections.section(name), done_before()
    if solved:
        done.add(which.name)
    for each in done:
        facts.tell("tensors", task=each)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="try_this"):
        st.markdown(f":material/flag: **{t('Try this:')}** {plain(which.task)}", width="content")
        if which.name in done:
            st.badge(t("done"), icon=":material/check:", color="green")
        else:
            st.badge(t("not yet"), icon=":material/radio_button_unchecked:", color="gray")
    if done:
        _component(key="ticks", data={"done": sorted(done)})  # so that the browser remembers them; it takes no space
