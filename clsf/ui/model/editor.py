"""The editor: the input that the design is tried on, the list of cards, and the totals; and the other views of the design."""

from __future__ import annotations

import streamlit as st

from clsf.model.advice import advice
from clsf.model.edit_facts import design_facts
from clsf.ui.model import bench, cards, code_view, given, keys, pictures_view, summary_view, totals
from clsf.ui.model.given import ModelBench
from clsf.ui.shared import facts
from clsf.ui.shared.sections import Section, Sections
from clsf.words import say

VIEWS = Sections(
    keys.VIEW,
    (
        Section("code", say("Code"), ":material/code:", code_view.show),
        Section("diagram", say("Diagram"), ":material/account_tree:", pictures_view.diagram_view),
        Section("volumes", say("Volumes"), ":material/view_in_ar:", pictures_view.volumes_view),
        Section("summary", say("Summary"), ":material/table_rows:", summary_view.show),
    ),
    say("View"),
    keys.VIEW_LINK,
)


def show() -> ModelBench:
    """Show the editor; return the current design with its facts."""
    steps = bench.history()
    with st.container(border=True, gap="small"):
        left, right = st.columns([1, 1.7], gap="medium", vertical_alignment="top")
        with right:
            place = given.chosen()
        with left:
            bench.name(steps.now)
            bench.start(place)
    seen = design_facts(steps.now, place.shape)
    advices = advice(seen, place.classes, place.batch_size)
    ready = bench.offer(seen, advices)
    if ready:
        kinds = tuple(type(layer).__name__ for layer in steps.now.spec().layers)
        facts.tell("model", name=steps.now.name, parameters=seen.parameters, layers=len(kinds), kinds=kinds)
    totals.show(seen, advices, place)
    shown = cards.contents(
        steps, seen, advices, place.classes, place.batch_size, st.session_state.get(keys.ACKED, 0), st.session_state.get(keys.FRESH), bench.refusal(),
    )  # fmt: skip
    cards.show(shown, keys.CARDS, lambda wishes: bench.asked(wishes, place.shape, place.classes))
    totals.leave(seen, ready, place, bench.into_link(steps.now))
    return ModelBench(seen, advices, place, ready)
