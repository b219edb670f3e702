"""A custom part built from choices: its code in both frameworks, and the output of running it."""

from __future__ import annotations

import streamlit as st

from clsf import FRAMEWORKS
from clsf.course import parts
from clsf.ui.shared import choose, facts, programs, styles
from clsf.ui.shared.asking import both_or_say
from clsf.ui.shared.text import plain, t, words


def show(first: str = "layer") -> None:
    """Show the choices (a part `first`), the two resulting programs, and what each prints."""
    styles.show("shared/programs")
    titles = {name: words(part.title) for name, part in parts.PARTS.items()}
    part = parts.part(choose.named(st.segmented_control, t("Part"), titles, f"own_part_{first}", default=first))
    chosen = {}
    for place, column in zip(part.places, st.columns(len(part.places)), strict=True):
        titles, key = {option.name: words(option.title) for option in place.options}, f"own_{part.name}_{place.name}"
        chosen[place.name] = choose.named(st.selectbox, words(place.title), titles, key, place=column)
        column.caption(plain(place.option(chosen[place.name]).why))
    outcomes = both_or_say(parts.JOB, part.name, part.chosen(chosen))
    for place, framework in zip(st.columns(2), FRAMEWORKS, strict=True):
        with place, programs.card(framework, "own_part"):
            if framework in outcomes:
                programs.program(outcomes[framework])
    if len(outcomes) == len(FRAMEWORKS):
        facts.tell("own_part", part=part.name, choices=tuple(chosen.values()), raised=sum(not o.ok for o in outcomes.values()))
