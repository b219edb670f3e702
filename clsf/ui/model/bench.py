"""The design of this session: where it comes from, how it changes, and how it stays in the link and with the other pages."""

from __future__ import annotations

import streamlit as st

from clsf.model import edit_link, presets
from clsf.model.advice import ready
from clsf.model.edit import Design, design_of
from clsf.model.edit_actions import act
from clsf.model.edit_history import EditHistory
from clsf.ui.model import given, keys
from clsf.ui.shared import design as kept
from clsf.ui.shared import linked, problems
from clsf.words import Sentence, say

FIRST = "lecture-cnn"
EMPTY_NAME = "my model"


def history() -> EditHistory:
    """Return the design and its steps; initially the link's design, or the lecture's model."""
    if keys.HISTORY not in st.session_state:
        st.session_state[keys.HISTORY] = EditHistory(_linked() or preset(FIRST, 10))
    handed_over = kept.handed_over()
    if handed_over is not None:
        begin(design_of(handed_over))
    return st.session_state[keys.HISTORY]


def preset(name: str, classes: int) -> Design:
    """Return a ready-made design; the empty one has no layers."""
    return design_of(presets.preset(name, classes)) if name in presets.NAMES else Design(EMPTY_NAME)


def begin(design: Design) -> None:
    """Switch to another design, as one step that can be undone."""
    _keep(history().then(design))
    st.session_state[keys.FRESH] = None


def begin_from_text(text: str) -> bool:
    """Switch to a design from JSON, from a link, or from a link's design alone. If it is refused, keep the message."""
    with problems.kept(keys.REFUSAL):
        if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
            begin(edit_link.from_text(text, given.settle()))
        else:
            begin(edit_link.from_link(_packed(text.strip()), given.settle()))
        return True
    return False


def asked(wishes: object, shape: tuple, classes: int) -> None:
    """Carry out the requests of the list of cards, in order; a failed request leaves a message and the design unchanged."""
    for wish in wishes if isinstance(wishes, list) else []:
        number = wish.get("n") if isinstance(wish, dict) else None
        if not isinstance(number, int) or number <= st.session_state.get(keys.ACKED, 0):
            continue
        st.session_state[keys.ACKED] = number
        before = history()
        with problems.kept(keys.REFUSAL):
            after = act(before, wish, shape, classes)
            _keep(after)
            if wish["do"] in ("add", "duplicate"):
                new = {card.uid for card in after.now.all()} - {card.uid for card in before.now.all()}
                st.session_state[keys.FRESH] = min(new, default=None)


def refuse(said: Sentence) -> None:
    """Keep a message that says why nothing was done."""
    st.session_state[keys.REFUSAL] = said


def refusal() -> Sentence | None:
    """Return that message, once."""
    return st.session_state.pop(keys.REFUSAL, None)


def into_link(design: Design) -> Sentence | None:
    """Put the design into the page's link. Return the reason if it can't be there."""
    link = edit_link.to_link(design)
    linked.put(keys.LINK, link)
    if link is None:
        return say("This design of {count} layers is too long for a link ({most} characters); keep it as JSON.",
                   count=sum(1 for _ in design.all()), most=edit_link.MAX_LINK)  # fmt: skip
    return None


def offer(seen: object, designs: tuple) -> bool:
    """Offer the design to the other pages, if it can be trained. Return whether it can."""
    if not ready(seen, designs):
        return False
    kept.keep(seen.design.spec())
    return True


def _keep(new: EditHistory) -> None:
    st.session_state[keys.HISTORY] = new
    st.session_state.pop(keys.REFUSAL, None)


def _linked() -> Design | None:
    packed = st.query_params.get(keys.LINK)
    if not packed:
        return None
    with problems.kept(keys.REFUSAL):
        return edit_link.from_link(packed, given.settle())
    return None


def _packed(text: str) -> str:
    """Return the design in a link, or the text itself."""
    _, parts, rest = text.partition(f"{keys.LINK}=")
    return rest.partition("&")[0].partition("#")[0].strip() if parts else text
