"""Facts about a layer before it runs: output shape, fit, parameters; or why it is impossible"""

from __future__ import annotations

import streamlit as st

from clsf.layer_stack.facts import StackFacts, fitting, mends, weight_shapes
from clsf.layer_stack.stages import LayerStack
from clsf.model.shapes import sides_text
from clsf.model.walk import LayerFacts
from clsf.ui.layers import begin, stack
from clsf.ui.shared.text import plain, t, words


def show(facts: LayerFacts) -> None:
    """Show the formula with the student's numbers, and the counts in words."""
    left, right = st.columns([1, 1.35], gap="medium", vertical_alignment="center")
    left.latex(facts.formula)
    with right:
        notes = [plain(facts.counted)]
        if facts.weights:
            notes[0] += f" ({weight_shapes(facts.weights)})"
        fits = fitting(facts)
        if fits is not None:
            notes.append(plain(fits))
        if len(facts.out_shape) == 3:
            sides = sides_text(facts.receptive_field)
            notes.append(t("A number that comes out has seen {sides} cells of what goes into the chain.", sides=sides))
        st.markdown("\n".join(f"- {note}" for note in notes))


def problem(row: LayerStack, look: StackFacts, position: int) -> None:
    """Explain why the first layer that does not fit is wrong, and offer fixes."""
    at = len(look.facts)
    with st.container(border=True, key="layer_problem"):
        why = t("This can't be computed yet, and here is why:")
        st.markdown(f":material/straighten: **{why}** {plain(look.problem)}.")
        if position > at:
            st.caption(t("Layer {number} comes before the one you look at, which is therefore not reached.", number=at + 1))
        with st.container(horizontal=True, gap="small"):
            for number, mend in enumerate(mends(row, at, look.shapes[-1])):
                st.button(
                    words(mend.title), key=f"mend_{number}", icon=":material/build:", on_click=stack.keep, args=(mend.chain,)
                )
            begin.offer(row[at])
