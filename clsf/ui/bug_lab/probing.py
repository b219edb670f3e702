"""Probes: questions to the program. Each costs points; the answers stay."""

from __future__ import annotations

import streamlit as st

from clsf.charts import probe as chart
from clsf.faults.lab import BugCase, answer_of, hint
from clsf.faults.lab.game import HINT, OFFERED
from clsf.faults.probes import PROBES, Answer, Bars, Lines, ProbeTable
from clsf.faults.running import Ran
from clsf.ui.bug_lab import running, state
from clsf.ui.shared.live_chart import live_chart
from clsf.ui.shared.text import plain, t, words

HEIGHT = 230
FIRST = 8  # probes that are always visible; the others are folded away


def show(case: BugCase, seen: Ran) -> None:
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
            t("Hint (−{cost})", cost=HINT), key="buglab_hint", icon=":material/lightbulb:", type="tertiary", on_click=state.note,
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
                on_click=state.note, args=(case.code,), kwargs={"probes": (*done.probes, name)},
            )  # fmt: skip


def _answered(case: BugCase, name: str, seen: Ran) -> None:
    probe = PROBES[name]
    with st.container(border=True, key=f"buglab-answer-{name}"):
        st.markdown(f"**{plain(probe.title)}**")
        st.caption(plain(probe.does))
        again = None
        if probe.run is not None:
            ran = running.waited(lambda: running.probe(case, name))
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
