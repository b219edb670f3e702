"""Sends the picture through the chain and shows it: as a row of pictures, with one layer's settings and facts, or the reason why it has no output."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from html import escape

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf.backends.base import Weights
from clsf.charts import layer_pictures
from clsf.errors import ClsfError
from clsf.layer_stack import facts, weights
from clsf.layer_stack.facts import StackFacts, fitting, mends, weight_shapes
from clsf.layer_stack.stages import LayerStack, layers_of
from clsf.model.shapes import shape_text, sides_text
from clsf.model.walk import LayerFacts
from clsf.ui.layers import asking, filling, settings, stack
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.layers.source import ChosenPicture
from clsf.ui.shared import problems
from clsf.ui.shared.text import plain, t, words
from clsf.ui.shared.units import parameters

ARROW = '<span class="ls-arrow" aria-hidden="true">→</span>'


def show(given: ChosenPicture) -> tuple[InspectedLayer, DeltaGenerator] | None:
    """Show the chain as pictures and the settings of one layer; return the layer's data and the place next to the settings.

    Return None if there is no output.
    """
    row = stack.current()
    stack.into_link()
    stack.refused()
    first, start = given.inputs, stack.start()
    if start is not None:
        stack.start_note(start[1])
        try:
            first = stack.behind(*start, given.inputs)
        except ClsfError as error:
            st.warning(plain(error.sentence), icon=":material/block:")
            start = None
    look, drawn = _known(row, first.shape[1:])
    pictures = st.container(key="layers_strip")  # stays in sight while settings scroll; see style.css
    position = stack.looked_at(row)
    beside, seen = st.columns([1, 1.75], gap="medium")
    try:
        outputs = asking.outputs(layers_of(row[: len(look.facts)]), first, drawn)
    except ClsfError as error:
        problems.show(error)
        return None
    with pictures:
        _strip(_first(given, first, start is None), row, look, outputs, position)
    with beside, st.container(border=True, key="layer_settings"):
        settings.show(row[position], position)
        filling.show(row[position], position)
    with seen:
        if position >= len(outputs):
            _problem(row, look, position)
            return None
        if look.problem is not None:
            st.caption(f":material/warning: {plain(look.problem)}.")
        _facts(look.facts[position])
    return InspectedLayer(given, first, start is None, row, look, drawn, outputs, position), seen


def _known(row: LayerStack, shape: tuple[int, ...]) -> tuple[StackFacts, Weights]:
    """Return the facts of the chain and the weights of every stage that fits; weights that do not fit count as a reason."""
    look = facts.stack_facts(row, shape)
    trained = _trained(row)
    for count in range(len(look.facts), -1, -1):
        try:
            drawn = weights.draw(row[:count], shape, trained)
        except ClsfError as error:
            look = StackFacts(look.in_shape, look.facts[: count - 1], error.sentence)
        else:
            return look, drawn
    return look, {}


def _trained(row: LayerStack) -> Mapping[str, Weights]:
    """Return the weights of every run that the chain takes some from; those that are gone are left out."""
    found = {}
    for run in {stage.filling.run for stage in row if stage.filling.source == "run" and stage.filling.run}:
        with suppress(ClsfError):
            found[run] = asking.trained(run)
    return found


def _first(given: ChosenPicture, first: np.ndarray, is_picture: bool) -> tuple[str, str]:
    if is_picture:
        return layer_pictures.photograph(given.pixels), given.title
    return _drawn(first[0]), t("what a run made of it")


def _drawn(values: np.ndarray) -> str:
    return layer_pictures.mosaic(values) if values.ndim == 3 else layer_pictures.folded(values)


def _facts(facts: LayerFacts) -> None:
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


def _problem(row: LayerStack, look: StackFacts, position: int) -> None:
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
            stack.offer_start(row[at])


def _strip(first: tuple[str, str], chain: LayerStack, look: StackFacts, outputs: list[np.ndarray], chosen: int) -> None:
    """Show the row. `first`: address and title of what goes in; `outputs`: one array (n, …) per stage that could be computed."""
    address, title = first
    tiles = [
        _tile(address, title, shape_text(look.in_shape), t("what goes in"), t("The picture that goes in: {title}", title=title))
    ]
    for position, stage in enumerate(chain):
        name, on = f"{position + 1} · {stack.stage_title(stage)}", position == chosen
        if position < len(outputs):
            facts = look.facts[position]
            learned = parameters(facts.trainable) if facts.weights else t("no parameters")
            alt = t("What comes out of layer {number}, {kind}", number=position + 1, kind=stage.kind)
            tiles.append(_tile(_drawn(outputs[position][0]), name, shape_text(facts.out_shape), learned, alt, on))
        else:
            tiles.append(_missing(name, on, first=position == len(outputs)))
    st.html(f'<div class="ls ls-chain">{ARROW.join(tiles)}</div>')


def _tile(address: str, title: str, shape: str, note: str, alt: str, on: bool = False) -> str:
    return (
        f'<div class="ls-tile{" ls-on" if on else ""}"><div class="pic"><img src="{address}" alt="{escape(alt)}"></div>'
        f"<b>{escape(title)}</b><code>{escape(shape)}</code><small>{escape(note)}</small></div>"
    )


def _missing(title: str, on: bool, first: bool) -> str:
    note = t("does not fit") if first else t("not reached")
    return (
        f'<div class="ls-tile ls-bad{" ls-on" if on else ""}"><div class="pic" aria-hidden="true">{"✕" if first else "·"}</div>'
        f"<b>{escape(title)}</b><small>{escape(note)}</small></div>"
    )
