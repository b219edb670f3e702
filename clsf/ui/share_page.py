"""Shares the current view with the class: its link to copy, as a QR code, or shown large without the menu."""

from __future__ import annotations

import streamlit as st

from clsf.ui.shared import linked, qr, styles
from clsf.ui.shared.components import component
from clsf.ui.shared.text import t

PROJECTOR = "projector"
"""In the link and in the session: shown large, without the menu."""

KEY = "share_bar"

CODE_SIDE = 400  # pixels: together with its link it fits on a laptop screen

_bar = component("clsf_share_bar", __file__, "share_page", "<div class='bar'></div>\n<p role='status'></p>")


def show() -> None:
    """Show the buttons in the page header. Call it after the page has run, because the page writes its state into the link."""
    buttons = [
        ("copy", "link", t("Copy link")),
        ("code", "qr_code_2", t("QR code")),
        ("projector", "present_to_all", t("Projector: larger type, no menu")),
    ]
    with st.container(key="share"):
        bar = _bar(
            key=KEY,
            data={
                "buttons": buttons, "done": " ".join((t("Link copied"), linked.left_out())).strip(),
                "failed": t("Copy the address of the browser instead"),
            },
            on_asked_change=_asked,
        )  # fmt: skip
    if bar.asked == "code":
        st.dialog(t("This page as a code to scan"), width="small")(_code)()


def _asked() -> None:
    if (st.session_state.get(KEY) or {}).get("asked") == "projector":
        _project(True)


def projected() -> bool:
    """Return whether the page is shown large; if so, show the way back and apply the style."""
    if linked.current(PROJECTOR) != "1":
        return False
    styles.show("projector")
    label = t("Leave projector mode")
    st.button(label, key="projector_off", icon=":material/close_fullscreen:", on_click=_project, args=(False,))
    return True


def _code() -> None:
    link = linked.address()
    drawn = qr.picture(link)
    if drawn is None:
        said = t("This link is too long for a code: {count} characters. Copy it instead.", count=f"{len(link):,}")
        st.info(said, icon=":material/link:")
    else:
        st.image(drawn, width=CODE_SIDE)
    st.code(link, language=None, wrap_lines=True)
    if linked.left_out():
        st.caption(linked.left_out())


def _project(on: bool) -> None:
    linked.keep(PROJECTOR, "1" if on else None)
