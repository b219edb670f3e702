"""The program as it was read, with line numbers, faulty lines marked."""

from __future__ import annotations

from html import escape

import streamlit as st

from clsf.code import colours
from clsf.faults.catalogue import FAULTS
from clsf.faults.finding import Finding
from clsf.reader.program import Program
from clsf.ui.shared.text import words

MARK = {"certain": "var(--clsf-wrong)", "likely": "var(--clsf-warn)", "smell": "#8a8a8a"}
STYLE = (
    """<style>
.yc-list{font-family:"Source Code Pro",monospace;font-size:.8rem;line-height:1.5;max-height:40rem;overflow:auto;border:1px solid #8884;border-radius:.5rem;padding:.5rem 0}
.yc-list div{white-space:pre;padding:0 .75rem 0 0;display:flex}
.yc-list b{display:inline-block;min-width:3.2rem;text-align:right;padding-right:.8rem;opacity:.78;font-weight:400;flex:none}
.yc-list .yc-bad{background:color-mix(in srgb,var(--yc) 18%,transparent);box-shadow:inset 4px 0 var(--yc)}
.yc-list i{margin-left:1.2rem;color:color-mix(in srgb,var(--yc) 60%,light-dark(#000,#fff));font-style:normal;font-family:sans-serif}
"""
    + colours.STYLE
    + "</style>"
)


def show(program: Program, findings: list[Finding]) -> None:
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
    st.html(f'{STYLE}<div class="yc-list" role="region" tabindex="0">{"".join(rows)}</div>')
