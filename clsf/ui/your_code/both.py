"""Two programs: the fairness check of Compare over both, and every other difference, with a button to take it over."""

from __future__ import annotations

import streamlit as st

from clsf import FRAMEWORKS
from clsf.compare import fairness
from clsf.compare.fairness import TOPICS, Contender
from clsf.reader.answer import parameters
from clsf.reader.pair_differences import differences, evened
from clsf.reader.plan import plan_of
from clsf.reader.program import Program
from clsf.ui.shared.choose import LINKED
from clsf.ui.shared.text import plain, t, words
from clsf.words import Sentence

ICONS = {"red": ":material/error:", "amber": ":material/warning:", "green": ":material/check:"}


def show(one: Program, two: Program) -> None:
    """Show every difference of two programs, the most important first."""
    st.header(t("Why do they differ?"))
    rows = differences(one, two)
    if not rows:
        st.success(t("The two programs have the same model and the same plan."), icon=":material/check_circle:")
    removed = set()
    for item in rows:
        fault = item.name.startswith("fault-")
        help = t("Ticked: the fault is fixed.") if fault else t("Ticked: the second takes over what the first has.")
        label = f"{plain(item.title)}: **{_said(item.first)}** / **{_said(item.second)}**"
        if st.checkbox(label, key=f"your_code_same_{item.name}", help=help, **LINKED):
            removed.add(item.name)
    first, second, spec, plan = evened(one, two, removed)
    if rows:
        left = [words(item.title) for item in differences(first, second) if item.name not in removed]
        names = plain(", ".join(left))
        st.caption(t("Still different: {names}.", names=names) if left else t("Nothing is different any more."))
    names = [FRAMEWORKS[0] if p.framework == "keras" else FRAMEWORKS[1] for p in (one, two)]
    checked = fairness.check(Contender(names[0], first.spec, plan_of(first)[0]), Contender(names[1], spec, plan))
    with st.expander(t("The fairness check"), icon=":material/balance:", expanded=True):
        _lines(checked, "red", "amber")
    with st.expander(t("What is the same"), icon=":material/check:"):
        _lines(checked, "green")
    st.caption(t("Parameters") + f": {parameters(one) or '?'} / {parameters(two) or '?'}")


def _said(value: object) -> str:
    return plain(value if isinstance(value, Sentence) else str(value))


def _lines(findings: list[fairness.FairnessFinding], *levels: str) -> None:
    for level in levels:
        for finding in (f for f in findings if f.level == level):
            st.markdown(f"{ICONS[level]} **{plain(TOPICS[finding.topic])}** · {plain(finding.sentence)}")
