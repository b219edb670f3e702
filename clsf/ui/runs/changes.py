"""What a reader may do with runs: callbacks that leave a message, the key that finds runs elsewhere, a capsule's upload."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clsf import capsule
from clsf.errors import ClsfError
from clsf.ui.runs import keys
from clsf.ui.shared import capsules, identity, service_access, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t
from clsf.words import Sentence, say

KEY, CAPSULE = "key", "capsule"  # the popovers that show their answer themselves


def describe(run_id: str) -> None:
    """Store the name, note and tags from the widgets."""
    name, note, tags = (st.session_state.get(f"{key}-{run_id}") for key in (keys.NAME, keys.NOTE, keys.TAGS))
    if _done(lambda: service_access.get_service().history.describe(state.owner(), run_id, name or "", note or "", tags or ())):
        _say_kept(say("Kept."))


def delete(run_ids: list[str]) -> None:
    """Hide runs, and offer to bring them back."""
    if _done(lambda: service_access.get_service().history.delete(state.owner(), run_ids)):
        st.session_state[keys.UNDO] = list(run_ids)
        unchoose()


def restore(run_ids: list[str]) -> None:
    """Restore deleted runs."""
    if _done(lambda: service_access.get_service().history.restore(state.owner(), run_ids)):
        st.session_state.pop(keys.UNDO, None)
        _say("undo", say("Brought back: {count}.", count=len(run_ids)))
        unchoose()


def unchoose() -> None:
    """Clear the choice of runs in the table."""
    st.session_state[keys.TABLE_ROUND] = st.session_state.get(keys.TABLE_ROUND, 0) + 1


def stop(run_ids: list[str]) -> None:
    """Stop runs that train or wait."""
    for run_id in run_ids:
        _done(lambda run_id=run_id: service_access.get_service().control(run_id, "stop", owner=state.owner()))


def take_in() -> None:
    """Add the run of the uploaded capsule to the reader's own."""
    given = st.session_state.get(keys.CAPSULE)
    if given is not None and _done(lambda: capsules.take_in(capsules.opened(given.getvalue())), CAPSULE):
        _say_kept(say("The run of the capsule is now among yours."), CAPSULE)
        unchoose()


def use_key() -> None:
    """Continue as the owner of the typed key."""
    if identity.use(st.session_state.get(keys.KEY) or ""):
        _say("key", say("These are the runs of that key. This browser remembers it."), KEY)
        unchoose()
    else:
        _say("error", say("No runs belong to this key. Copy it whole from the page where they are listed."), KEY)


def forget_me() -> None:
    """Continue with a new key."""
    identity.forget()
    st.session_state.pop(keys.UNDO, None)
    _say("logout", say("This browser no longer knows your runs. With the key they are found again."), KEY)
    unchoose()


def show_answer(place: str = "") -> None:
    """Show once what was done or refused last, where it was requested: in a popover of this name, "" for the page itself."""
    answer = st.session_state.get(keys.SAID)
    if answer is None or answer[0] != place:
        return
    _, icon, said = st.session_state.pop(keys.SAID)
    show = st.error if icon == "error" else st.success
    show(plain(said), icon=f":material/{icon}:")


def show_said() -> None:
    """Show what was done or refused last on the page, and the undo button of a deletion."""
    show_answer()
    gone = st.session_state.get(keys.UNDO)
    if gone:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(":material/delete: " + t("Deleted: {count}.", count=len(gone)))
            st.button(t("Undo"), key="undo_delete", icon=":material/undo:", on_click=restore, args=(gone,))


def _say_kept(said: Sentence, place: str = "") -> None:
    """Report that something is saved once it is in the file."""
    if service_access.get_service().notice() is None:
        _say("check", said, place)
    else:
        _say("hourglass_empty", say("It is noted, and will be kept as soon as runs can be saved again."), place)


def _say(icon: str, said: Sentence, place: str = "") -> None:
    st.session_state[keys.SAID] = place, icon, said


def _done(action: Callable[[], object], place: str = "") -> bool:
    """Run the action; keep a refusal to show where it was requested."""
    try:
        action()
    except ClsfError as error:
        _say("error", error.sentence, place)
        return False
    return True


def mine() -> None:
    """Show the key, which finds the runs on another computer, and the upload of a capsule, folded away."""
    with st.container(horizontal=True, gap="small"):
        with st.popover(t("My key"), icon=":material/key:"):
            show_answer(KEY)
            st.markdown(note("runs", "there-no-account"))
            st.code(identity.key(), language=None)
            st.text_input(t("A key of yours from elsewhere"), key=keys.KEY, max_chars=60, type="password", autocomplete="off")
            st.button(t("Use this key"), key="use_key", icon=":material/login:", on_click=use_key)
            st.divider()
            st.caption(t("At a computer that others use too: copy your key first, then let the browser forget it."))
            st.button(t("Forget me on this computer"), key="forget_me", icon=":material/logout:", on_click=forget_me)
        with st.popover(t("Open a capsule"), icon=":material/unarchive:"):
            show_answer(CAPSULE)
            st.markdown(note("runs", "capsule-whole-run"))
            most = capsule.MOST_BYTES // 1_000_000
            given = st.file_uploader(
                t("Capsule, a zip of at most {most} MB", most=most), type="zip", key=keys.CAPSULE, max_upload_size=most
            )
            put = t("Put it among my runs")
            st.button(put, key="take_in", icon=":material/add:", disabled=given is None, on_click=take_in, type="primary")
