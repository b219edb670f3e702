"""The answer to one program: its lines, its faults, its model and plan, its code in both frameworks."""

from __future__ import annotations

import streamlit as st

from clsf.errors import ClsfError
from clsf.reader.explain import no_model
from clsf.reader.findings import faults
from clsf.reader.program import Program, read
from clsf.ui.shared import facts, problems, runs
from clsf.ui.shared.text import plain
from clsf.ui.your_code import code_view, findings_view, keys, listing, model_view, training_view


def answered(text: str, key: str) -> Program | None:
    """Show what there is to say about a text; return the program if it holds a model."""
    runs.show_refusal(keys.REFUSAL)
    if not text.strip():
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


def trained(program: Program) -> None:
    """Offer to train the program here."""
    training_view.show(program)
