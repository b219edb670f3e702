"""What follows the symptoms: probes, which cost points; the diagnosis, chosen from near misses; the proof."""

from __future__ import annotations

import difflib

import streamlit as st

from clsf.charts import probe as chart
from clsf.compare.programs import first_difference
from clsf.faults.catalogue import FAULTS
from clsf.faults.lab import BugCase, answer_of, checked, hint, mended, points, probe_scene
from clsf.faults.lab.game import HINT, OFFERED, WRONG
from clsf.faults.probes import PROBES, Answer, Bars, Lines, ProbeTable
from clsf.faults.running import Ran
from clsf.ui.bug_lab import running, state, symptoms
from clsf.ui.shared import fault_lesson
from clsf.ui.shared.live_chart import live_chart
from clsf.ui.shared.text import plain, t, words

HEIGHT = 230
FIRST = 8  # probes that are always visible; the others are folded away
LONGEST = 70  # characters of a line


def probes(case: BugCase, seen: Ran) -> None:
    """Show the available probes and the answers so far."""
    done = state.attempt(case.code)
    _menu(case, OFFERED[:FIRST])
    with st.expander(t("More probes"), icon=":material/labs:"):
        _menu(case, OFFERED[FIRST:])
    for name in reversed(done.probes):
        _answered(case, name, seen)
    for number in range(min(done.hints, 2)):
        st.info(plain(hint(case, number)), icon=":material/lightbulb:")
    if done.hints < 2 and state.solved(case.code) is None:
        st.button(
            t("Hint (−{cost})", cost=HINT), key="buglab_hint", icon=":material/lightbulb:", type="tertiary", on_click=state.mark,
            args=(case.code,), kwargs={"hints": done.hints + 1},
        )  # fmt: skip


def _menu(case: BugCase, names: tuple[str, ...]) -> None:
    done = state.attempt(case.code)
    with st.container(horizontal=True, gap="xsmall"):
        for name in names:
            probe = PROBES[name]
            cost = "" if probe.cost == 1 else f" (−{probe.cost})"
            st.button(
                words(probe.title) + cost, key=f"buglab_probe_{name}", disabled=name in done.probes, help=plain(probe.does),
                on_click=state.mark, args=(case.code,), kwargs={"probes": (*done.probes, name)},
            )  # fmt: skip


def _answered(case: BugCase, name: str, seen: Ran) -> None:
    probe = PROBES[name]
    with st.container(border=True, key=f"buglab-answer-{name}"):
        st.markdown(f"**{plain(probe.title)}**")
        st.caption(plain(probe.does))
        again = None
        if probe.run is not None:
            ran = running.waited(case, lambda: [probe_scene(case, name)], f" {name}")
            if ran is None:
                return
            again = ran[0]
        show_answer(answer_of(name, seen, again), f"buglab-{name}")


def show_answer(answer: Answer, key: str) -> None:
    """Show an answer in words, and its picture."""
    st.markdown(plain(answer.said))
    match answer.picture:
        case Lines() | Bars() as picture:
            said = chart.in_words(picture, words)
            live_chart(chart.figure(picture, words), key=key, alt=said, height=HEIGHT)
        case ProbeTable(headings, rows):
            names = [words(heading) for heading in headings]
            cells = [[cell if isinstance(cell, str) else words(cell) for cell in row] for row in rows]
            st.table({name: [row[n] for row in cells] for n, name in enumerate(names)})


def diagnosis(case: BugCase) -> None:
    """Show the choices, and what was said of the last answer."""
    said = st.session_state.pop(state.SAID, None)
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
            bare = {line: f"{line}: {_short(rows[line - 1])}" for line in lines}
            places = _two(t("Which lines are wrong, or lack something right after them?"), f"buglab_lines_{case.code}", bare)
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
    said = t("It isn't that. A wrong answer costs {cost} points.", cost=WRONG)
    if right:
        said = t("That is the fault, but it isn't there. A wrong answer costs {cost} points.", cost=WRONG)
    elif place:
        said = t("The place is right, the diagnosis isn't. A wrong answer costs {cost} points.", cost=WRONG)
    state.miss(case.code, said)
    st.rerun()


def _short(line: str) -> str:
    line = line.strip().replace("`", "'")
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def proof(case: BugCase, seen: Ran) -> None:
    """Show the solution of a solved case."""
    worth = state.solved(case.code) or 0
    st.success(t("Solved, for {points} of 10 points.", points=worth), icon=":material/verified:")
    for kind in case.kinds:
        fault = FAULTS[kind]
        st.markdown(f"### {plain(fault.title)}")
        st.markdown(plain(fault.what))
        st.markdown(t("What to do: {what}", what=plain(fault.mend)))
        fault_lesson.show(kind)
        st.caption(t("Reported at {places}", places=plain("; ".join(fault.sources))))
    fixed = mended(case)
    st.markdown(t("**The fix**, line by line:"))
    st.code(_changes(case.faulty.text, fixed.text), language="diff", wrap_lines=True)
    outcomes = running.waited(case, lambda: [case.healthy, fixed], " proof")
    if outcomes is None:
        return
    healthy, better = outcomes
    st.markdown(t("**The proof**: the first number in which the faulty program differs from the healthy one."))
    with st.container(border=True, key="buglab-proof"):
        show_answer(first_difference(seen, healthy), "buglab-proof-picture")
    three = {t("faulty"): seen, t("fixed"): better, t("healthy"): healthy}
    st.markdown(t("**Trained side by side**: faulty, fixed and healthy."))
    symptoms.curves(
        {name: ran.history.losses for name, ran in three.items()},
        {name: ran.history.validation_accuracy or ran.history.accuracy for name, ran in three.items()}, healthy.facts.chance, "three",
    )  # fmt: skip


def _changes(faulty: str, fixed: str) -> str:
    rows = list(difflib.unified_diff(faulty.splitlines(), fixed.splitlines(), lineterm="", n=1))[2:]
    return "\n".join(row for row in rows if not row.startswith("@@"))[:3000]
