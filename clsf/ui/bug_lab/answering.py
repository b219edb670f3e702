"""The diagnosis: what is wrong, and in which line, each chosen from near misses."""

from __future__ import annotations

import streamlit as st

from clsf.faults.catalogue import FAULTS
from clsf.faults.lab import BugCase, checked, points
from clsf.faults.lab.game import WRONG
from clsf.ui.bug_lab import state
from clsf.ui.shared.text import t, words

LONGEST = 70  # characters of a line


def show(case: BugCase) -> None:
    """Show the choices, and what was said of the last answer."""
    said = state.said()
    if said is not None:
        st.error(said, icon=":material/close:")
    count = len(case.kinds)
    titles = {kind: words(FAULTS[kind].title) for kind in case.choices}
    rows = case.shown.splitlines()
    lines = {line: f"`{line:>3}` `{_short(rows[line - 1])}`" for line in case.line_choices}
    with st.form(f"buglab_answer_{case.code}", border=False):
        if count == 1:
            kinds = [_one(t("What is wrong?"), f"buglab_kind_{case.code}", titles)]
            places = [_one(t("Which line is wrong, or lacks something right after it?"), f"buglab_line_{case.code}", lines)]
        else:
            st.markdown(t("Two faults are in it: choose both, and a line of each."))
            kinds = _two(t("What is wrong?"), f"buglab_kinds_{case.code}", titles)
            plain = {line: f"{line}: {_short(rows[line - 1])}" for line in lines}
            places = _two(t("Which lines are wrong, or lack something right after them?"), f"buglab_lines_{case.code}", plain)
        sent = st.form_submit_button(t("Answer"), type="primary", icon=":material/gavel:")
    if not sent:
        return
    if None in kinds or None in places or len(kinds) < count or len(places) < count:
        st.warning(t("Choose a diagnosis and a line."), icon=":material/touch_app:")
        return
    _judge(case, set(kinds), set(places))


def _one(label: str, key: str, names: dict) -> object:
    return st.radio(label, list(names), index=None, key=key, format_func=names.__getitem__)


def _two(label: str, key: str, names: dict) -> list:
    if key in st.session_state:
        st.session_state[key] = st.session_state[key][:2]  # a browser can send more than the widget offers
    return st.multiselect(
        label, list(names), key=key, format_func=names.__getitem__, max_selections=2, placeholder=t("Choose two")
    )


def _judge(case: BugCase, kinds: set[str], lines: set[int]) -> None:
    right, place = checked(case, kinds, lines)
    if right and place:
        state.solve(case.code, points(state.attempt(case.code)), kinds, lines)
        st.rerun()  # go to the proof: there is nothing left to diagnose
    state.note(case.code, wrong=state.attempt(case.code).wrong + 1)
    state.miss()
    if right:
        state.say_next(t("That is the fault, but it isn't there. A wrong answer costs {cost} points.", cost=WRONG))
    elif place:
        state.say_next(t("The place is right, the diagnosis isn't. A wrong answer costs {cost} points.", cost=WRONG))
    else:
        state.say_next(t("It isn't that. A wrong answer costs {cost} points.", cost=WRONG))
    st.rerun()


def _short(line: str) -> str:
    line = line.strip().replace("`", "'")
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
