"""The student's own design for use on every page: kept for the session, made on the Model page."""

from __future__ import annotations

import streamlit as st

from clsf.errors import SpecError
from clsf.model import edit_link, presets
from clsf.model.edit import design_of
from clsf.model.shapes import Shape
from clsf.model.spec import ModelSpec
from clsf.ui.shared import linked, state
from clsf.words import Sentence, say

MY_MODEL = "my-model"
"""The own design's name in links and lists of models, alongside the names of the presets."""


def keep(spec: ModelSpec) -> None:
    """Make this the design of the session."""
    st.session_state[state.DESIGN] = spec


def designed() -> ModelSpec | None:
    """Return the design of the session, None if none was made yet."""
    return st.session_state.get(state.DESIGN)


def hand_over(spec: ModelSpec) -> None:
    """Make this the design of the session, and the one that the Model page goes on with when the reader comes to it."""
    keep(spec)
    st.session_state[state.DESIGN_WANTED] = True


def handed_over() -> ModelSpec | None:
    """Return, once, the design that another page handed over."""
    return designed() if st.session_state.pop(state.DESIGN_WANTED, False) else None


LINK = "design"
"""The name of the own design in a link, packed by `clsf.model.edit_link`."""


def open_linked(shape: Shape) -> None:
    """Read the own design from a link that holds it. A design that can't be opened leaves a message for `refusal`.

    Call before the widget that chooses the model, which would silently choose another one.
    """
    wanted = st.query_params.get(state.MODEL)
    if wanted is None or state.MODEL in st.session_state or wanted in presets.NAMES:
        return
    if wanted != MY_MODEL:
        said = say("The link names a model that is not known here. Another one is chosen below; choose the one you want.")
        st.session_state[state.MODEL_LINK_REFUSAL] = said
    elif designed() is None:
        packed = st.query_params.get(LINK)
        try:
            if not packed:
                raise SpecError(
                    "The link names an own design, but does not hold it: another model is chosen below. Ask for the Model page's link."
                )
            keep(edit_link.from_link(packed, shape).spec())
        except SpecError as error:
            st.session_state[state.MODEL_LINK_REFUSAL] = error.sentence


def refusal() -> Sentence | None:
    """Return why the link's model could not be opened, until a model is chosen; None if there was no problem."""
    return st.session_state.get(state.MODEL_LINK_REFUSAL)


def forget_refusal() -> None:
    """Forget why a model was refused, once the reader has chosen another."""
    st.session_state.pop(state.MODEL_LINK_REFUSAL, None)


def into_link(name: str) -> None:
    """Put the own design into the link if it is the chosen model, so that the link opens it elsewhere; else remove it."""
    spec = designed() if name == MY_MODEL else None
    linked.put(LINK, edit_link.to_link(design_of(spec)) if spec is not None else None)
