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
    if said is not None and not said[0]:
        st.error(said[1], icon=":material/close:")
    count = len(case.kinds)
    titles = {kind: words(FAULTS[kind].title) for kind in case.choices}
    rows = case.shown.splitlines()
    lines = {line: f"`{line:>3}` `{_short(rows[line - 1])}`" for line in case.line_choices}
    with st.form(f"buglab_answer_{case.code}", border=False):
        if count == 1:
            kinds = [
                st.radio(
                    t("What is wrong?"),
                    case.choices,
                    index=None,
                    key=f"buglab_kind_{case.code}",
                    format_func=titles.__getitem__,
                )
            ]
            label = t("Which line is wrong, or lacks something right after it?")
            places = [st.radio(label, list(lines), index=None, key=f"buglab_line_{case.code}", format_func=lines.__getitem__)]
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
        said = t("That is the fault, but it isn't there. A wrong answer costs {cost} points.", cost=WRONG)
    elif place:
        said = t("The place is right, the diagnosis isn't. A wrong answer costs {cost} points.", cost=WRONG)
    else:
        said = t("It isn't that. A wrong answer costs {cost} points.", cost=WRONG)
    state.say_next(False, said)
    st.rerun()


def _short(line: str) -> str:
    line = line.strip().replace("`", "'")
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
