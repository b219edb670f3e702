"""The owner's key, which finds the runs on another computer, and the upload of a capsule."""

from __future__ import annotations

import streamlit as st

from clsf import capsule
from clsf.ui.runs import changes, keys
from clsf.ui.shared import identity
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t


def show() -> None:
    """Show both, folded away."""
    with st.container(horizontal=True, gap="small"):
        with st.popover(t("My key"), icon=":material/key:"):
            _key()
        with st.popover(t("Open a capsule"), icon=":material/unarchive:"):
            _capsule()


def _key() -> None:
    changes.show_answer(changes.KEY)
    st.markdown(note("runs", "there-no-account"))
    st.code(identity.key(), language=None)
    st.text_input(t("A key of yours from elsewhere"), key=keys.KEY, max_chars=60, type="password", autocomplete="off")
    st.button(t("Use this key"), key="use_key", icon=":material/login:", on_click=changes.use_key)
    st.divider()
    st.caption(t("At a computer that others use too: copy your key first, then let the browser forget it."))
    st.button(t("Forget me on this computer"), key="forget_me", icon=":material/logout:", on_click=changes.forget_me)


def _capsule() -> None:
    changes.show_answer(changes.CAPSULE)
    st.markdown(note("runs", "capsule-whole-run"))
    most = capsule.MOST_BYTES // 1_000_000
    given = st.file_uploader(
        t("Capsule, a zip of at most {most} MB", most=most), type="zip", key=keys.CAPSULE, max_upload_size=most
    )
    st.button(
        t("Put it among my runs"), key="take_in", icon=":material/add:", disabled=given is None, on_click=_take, type="primary"
    )


def _take() -> None:
    given = st.session_state.get(keys.CAPSULE)
    if given is not None:
        changes.take_in(given.getvalue())
