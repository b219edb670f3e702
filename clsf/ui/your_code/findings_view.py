"""The program as it was read, faulty lines marked; then each fault: what is wrong, what it looks like in training, its fix."""

from __future__ import annotations

from html import escape

import streamlit as st

from clsf.code import colours
from clsf.faults.catalogue import FAULTS
from clsf.faults.finding import Finding
from clsf.reader.findings import mended
from clsf.reader.program import Program
from clsf.ui.shared import fault_lesson
from clsf.ui.shared.text import plain, t, tn, words

MARK = {"certain": "var(--clsf-wrong)", "likely": "var(--clsf-warn)", "smell": "#8a8a8a"}


def show(program: Program, findings: list[Finding], text_key: str) -> None:
    """Show every fault; smells are folded away."""
    serious = [f for f in findings if f.certainty != "smell"]
    smells = [f for f in findings if f.certainty == "smell"]
    if not serious:
        st.success(t("No fault was found in what could be read."), icon=":material/check_circle:")
    else:
        st.header(tn("{count} fault", "{count} faults", len(serious)))
    for number, finding in enumerate(serious):
        with st.container(border=True):
            _one(program, finding, f"{text_key}_{number}", text_key)
    if sum(map(_changes, serious)) > 1:
        args = (text_key, mended(program, serious))
        st.button(t("Take all fixes"), key=f"{text_key}_all", icon=":material/done_all:", on_click=take, args=args)
    if smells:
        label = tn("{count} thing to think about", "{count} things to think about", len(smells))
        with st.expander(label, icon=":material/help:"):
            for number, finding in enumerate(smells):
                _one(program, finding, f"{text_key}_smell_{number}", text_key)


def _one(program: Program, finding: Finding, key: str, text_key: str) -> None:
    fault = FAULTS[finding.kind]
    colour = {"certain": "red", "likely": "orange", "smell": "gray"}[finding.certainty]
    sure = {"certain": t("certain"), "likely": t("likely"), "smell": t("worth a look")}[finding.certainty]
    st.markdown(f"**{t('Line {line}', line=finding.line)} · {plain(fault.title)}** :{colour}-badge[{sure}]")
    st.markdown(plain(finding.sentence))
    if finding.sentence is not fault.what:
        st.caption(plain(fault.what))
    st.caption(f":material/show_chart: {plain(fault.symptom)}")
    if _changes(finding):
        st.code(_difference(program, finding), language="diff")
        args = (text_key, mended(program, [finding]))
        st.button(t("Take this fix"), key=f"{key}_take", icon=":material/build:", on_click=take, args=args)
    else:
        st.markdown(f":material/build: {plain(finding.mend)}")
    fault_lesson.show(finding.kind)


def take(text_key: str, text: str) -> None:
    """Put a text into the box."""
    st.session_state[text_key] = text


def _changes(finding: Finding) -> bool:
    return finding.new is not None or finding.before is not None or finding.after is not None


def _difference(program: Program, finding: Finding) -> str:
    old = program.line(finding.line)
    rows = []
    if finding.before is not None:
        rows += [f"+{finding.before}", f" {old}"]
    elif finding.after is not None:
        rows += [f" {old}", f"+{finding.after}"]
    if finding.new is not None:
        rows += [f"-{old}", f"+{finding.new}"]
    return "\n".join(rows)


def listing(program: Program, findings: list[Finding]) -> None:
    """Show the source; the fault is shown next to each marked line."""
    at: dict[int, list[Finding]] = {}
    for finding in findings:
        at.setdefault(finding.line, []).append(finding)
    rows = []
    for number, line in enumerate(colours.coloured(program.source.text), 1):
        here = at.get(number)
        if here:
            names = ", ".join(dict.fromkeys(words(FAULTS[f.kind].title) for f in here))
            rows.append(
                f'<div class="yc-bad" style="--yc:{MARK[here[0].certainty]}" data-line="{number}"><b>{number}</b><span>{line}</span><i>◀ {escape(names)}</i></div>'
            )
        else:
            rows.append(f"<div><b>{number}</b><span>{line or ' '}</span></div>")
    st.html(f'<style>{colours.STYLE}</style><div class="yc-list" role="region" tabindex="0">{"".join(rows)}</div>')
