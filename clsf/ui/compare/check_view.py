"""The fairness check before any number is compared: what was equal, with a word, an icon and a sentence for each point."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from clsf.compare.fairness import TOPICS, FairnessFinding, worst
from clsf.ui.shared.marks import icon
from clsf.ui.shared.text import t, tn, words

ICONS = {"green": "check_circle", "amber": "error", "red": "cancel"}


def show(findings: Sequence[FairnessFinding], planned: bool = False) -> None:
    """Show the check: points that need attention immediately, the rest on request."""
    names = level_words()
    counts = {level: sum(f.level == level for f in findings) for level in ("red", "amber", "green")}
    st.subheader(t("What is equal, and what is not"))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for level, colour in (("green", "green"), ("amber", "orange"), ("red", "red")):
            if counts[level]:
                material = ICONS[level]
                st.badge(f"{counts[level]} {names[level]}", icon=f":material/{material}:", color=colour)
    st.markdown(_summary(worst(findings), planned))
    odd = [f for f in findings if f.level != "green"]
    if odd:
        st.html(listed(sorted(odd, key=lambda f: f.level != "red")))
    even = [f for f in findings if f.level == "green"]
    if even:
        with st.expander(
            tn("{count} point that is equal", "{count} points that are equal", len(even)), icon=":material/check_circle:"
        ):
            st.html(listed(even))


def listed(findings: Sequence[FairnessFinding]) -> str:
    """Return the findings as HTML."""
    names = level_words()
    items = [
        f'<li class="cp-{f.level}">{icon(ICONS[f.level])}<div><b>{escape(words(TOPICS[f.topic]))}<em>{escape(names[f.level])}</em></b>'
        f'<span class="said">{escape(words(f.sentence))}</span></div></li>'
        for f in findings
    ]
    return f'<ul class="cp cp-check">{"".join(items)}</ul>'


def level_words() -> dict[str, str]:
    return {"green": t("equal"), "amber": t("to be named"), "red": t("misleading")}


def _summary(level: str, planned: bool) -> str:
    if level == "green":
        return t("Everything is equal, so whatever differs in the end has another reason.")
    if level == "amber":
        if planned:
            return t("Not everything will be equal. It may well stay so, but it should be reported with the result:")
        return t("Not everything was equal. That may be on purpose, but it should be reported with the result:")
    return t("These numbers can mislead, because of the points in red:")
