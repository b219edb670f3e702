"""The answer to one program: its lines, its faults, its model and plan, its code in both frameworks."""

from __future__ import annotations

import streamlit as st

from clsf.errors import ClsfError
from clsf.faults.catalogue import FAULTS
from clsf.reader.explain import no_model
from clsf.reader.findings import faults
from clsf.reader.program import Program, read
from clsf.ui.shared import example, facts, problems, runs
from clsf.ui.shared.text import plain, t
from clsf.ui.your_code import code_view, editor, findings_view, keys, listing, model_view


def answered(text: str, key: str) -> Program | None:
    """Show the analysis of a text; return the program if it holds a model."""
    runs.show_refusal(keys.REFUSAL)
    if not text.strip():
        if key == keys.TEXT:
            _example()
        return None
    try:
        program = read(text)
    except ClsfError as error:
        problems.show(error)
        return None
    findings = faults(program)
    if program.spec is None:
        st.error(plain(no_model(program)), icon=":material/error:")
        return None
    told = tuple(sorted({finding.kind for finding in findings}))
    facts.tell("code", framework=program.framework, faults=told, lines=len(program.source.lines))
    listing.show(program, findings)
    findings_view.show(program, findings, key)
    model_view.show(program, key)
    code_view.show(program, key)
    return program


def _example() -> None:
    """Show an example program with a fault, and the analysis of it."""
    program = read(editor.EXAMPLE)
    with st.container(border=True, key="example_code", gap="small"):
        example.head(t("A program as a student might paste it. It runs, and it learns badly."))
        example.guess(t("Guess before you open it: in which line is the fault?"))
        st.code(editor.EXAMPLE, language="python", line_numbers=True, wrap_lines=True, height=240)
        with st.expander(t("What would be said of it"), icon=":material/stethoscope:"):
            for finding in faults(program):
                title = plain(FAULTS[finding.kind].title)
                st.markdown(f"**{t('Line {line}', line=finding.line)} · {title}**  \n{plain(finding.sentence)}")
