"""Callbacks of the buttons of the Runs page: each is called before the page is redrawn, and leaves a message."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from clsf.errors import ClsfError
from clsf.ui.runs import keys
from clsf.ui.shared import capsules, identity, service_access, state
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


def undo() -> None:
    """Restore the runs that were deleted last."""
    restore(st.session_state.get(keys.UNDO) or [])


def restore(run_ids: list[str]) -> None:
    """Restore deleted runs."""
    if run_ids and _done(lambda: service_access.get_service().history.restore(state.owner(), run_ids)):
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


def take_in(content: bytes) -> None:
    """Add the run of a capsule to the reader's own."""
    if _done(lambda: capsules.take_in(capsules.opened(content)), CAPSULE):
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
            st.button(t("Undo"), key="undo_delete", icon=":material/undo:", on_click=undo)


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
