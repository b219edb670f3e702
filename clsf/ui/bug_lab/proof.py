"""The proof: the fault, the first tensor that differs, and the fixed program trained with the faulty and the healthy one."""

from __future__ import annotations

import difflib

import streamlit as st

from clsf.compare.programs import first_difference
from clsf.faults.catalogue import FAULTS
from clsf.faults.lab import BugCase, mended
from clsf.faults.running import Ran
from clsf.ui.bug_lab import probing, running, state, symptoms
from clsf.ui.shared import fault_lesson
from clsf.ui.shared.text import plain, t


def show(case: BugCase, seen: Ran) -> None:
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
    outcomes = running.waited(lambda: running.proof(case))
    if outcomes is None:
        return
    healthy, better = outcomes
    st.markdown(t("**The proof**: the first number in which the faulty program differs from the healthy one."))
    with st.container(border=True, key="buglab-proof"):
        probing.show_answer(first_difference(seen, healthy), "buglab-proof-picture")
    three = {t("faulty"): seen, t("fixed"): better, t("healthy"): healthy}
    st.markdown(t("**Trained side by side**: faulty, fixed and healthy."))
    symptoms.curves(
        {name: ran.history.losses for name, ran in three.items()},
        {name: ran.history.validation_accuracy or ran.history.accuracy for name, ran in three.items()}, healthy.facts.chance, "three",
    )  # fmt: skip


def _changes(faulty: str, fixed: str) -> str:
    rows = list(difflib.unified_diff(faulty.splitlines(), fixed.splitlines(), lineterm="", n=1))[2:]
    return "\n".join(row for row in rows if not row.startswith("@@"))[:3000]
