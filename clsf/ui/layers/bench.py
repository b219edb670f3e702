"""Sends the picture through the chain: from the student's choices to the output of every layer, or the reason why there is none"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf.backends.base import Weights
from clsf.charts import layer_pictures
from clsf.errors import ClsfError
from clsf.layer_stack import facts, weights
from clsf.layer_stack.facts import StackFacts
from clsf.layer_stack.stages import LayerStack, layers_of
from clsf.ui.layers import asking, begin, filling, head, settings, stack, strip
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.layers.source import ChosenPicture
from clsf.ui.shared import problems
from clsf.ui.shared.text import plain, t


def show(given: ChosenPicture) -> tuple[InspectedLayer, DeltaGenerator] | None:
    """Show the chain as pictures and the settings of one layer; return the layer's data and the place next to the settings.

    Return None if there is no output.
    """
    row = stack.current()
    stack.into_link()
    stack.refused()
    first, start = given.inputs, begin.chosen()
    if start is not None:
        begin.note(start)
        try:
            first = begin.inputs(start, given.inputs)
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
        strip.show(_first(given, first, start is None), row, look, outputs, position)
    with beside, st.container(border=True, key="layer_settings"):
        settings.show(row[position], position)
        filling.show(row[position], position)
    with seen:
        if not _said(row, look, position, len(outputs)):
            return None
    return InspectedLayer(given, first, start is None, row, look, drawn, outputs, position), seen


def _said(row: LayerStack, look: StackFacts, position: int, computed: int) -> bool:
    """Show what arithmetic tells about a layer; return whether it has an output."""
    if position >= computed:
        head.problem(row, look, position)
        return False
    if look.problem is not None:
        st.caption(f":material/warning: {plain(look.problem)}.")
    head.show(look.facts[position])
    return True


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
    weights = {}
    for run in {stage.filling.run for stage in row if stage.filling.source == "run" and stage.filling.run}:
        try:
            weights[run] = asking.trained(run)
        except ClsfError:
            continue
    return weights


def _first(given: ChosenPicture, first: np.ndarray, is_picture: bool) -> tuple[str, str]:
    if is_picture:
        return layer_pictures.photograph(given.pixels), given.title
    values = first[0]
    drawn = layer_pictures.mosaic(values) if values.ndim == 3 else layer_pictures.folded(values)
    return drawn, t("what a run made of it")
