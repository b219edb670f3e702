"""The design of this session: ways to start it, how it changes, and how it stays in the link and with the other pages."""

from __future__ import annotations

import streamlit as st

from clsf import checks
from clsf.errors import SpecError
from clsf.model import edit_link, edit_steps, presets
from clsf.model.advice import ready
from clsf.model.edit import Design, design_of
from clsf.model.edit_actions import act
from clsf.model.edit_history import EditHistory
from clsf.model.spec import MAX_JSON, MAX_LAYERS, MAX_NAME
from clsf.ui.model import given, keys
from clsf.ui.model.given import ModelInputs
from clsf.ui.shared import choices, linked, navigation, problems
from clsf.ui.shared import design as kept
from clsf.ui.shared.text import t
from clsf.words import Sentence, say

FIRST = "lecture-cnn"
EMPTY_NAME = "my model"
EMPTY = "empty"
PRESETS_HEIGHT = 340  # pixels


def start(place: ModelInputs) -> None:
    """Show the ways to start a design. Each choice is one step that can be undone."""
    with st.popover(t("Start from…"), icon=":material/note_add:", width="stretch"):
        st.caption(t("Your design is not lost: Undo brings it back."))
        st.button(
            t("empty"), key=f"preset_{EMPTY}", icon=":material/check_box_outline_blank:", on_click=_start, args=(EMPTY, place.classes)
        )  # fmt: skip
        with st.container(height=PRESETS_HEIGHT, gap="xsmall", key="presets"):
            for name in presets.NAMES:
                st.button(name, key=f"preset_{name}", on_click=_start, args=(name, place.classes))
                choices.show_model(name, place.shape, place.classes)
        st.file_uploader(
            t("A model as JSON"), type=["json"], key=keys.UPLOAD, max_upload_size=1, on_change=_upload,
            help=t("At most {size} characters and {layers} layers. Nothing in it is run.", size=f"{MAX_JSON:,}", layers=MAX_LAYERS),
        )  # fmt: skip
        st.text_area(
            t("A link to a design, or JSON"), key=keys.PASTED, max_chars=MAX_JSON, height=80,
            placeholder="https://…/model?design=1.…",
            help=t("A link's design has at most {most} characters.", most=f"{edit_link.MAX_LINK:,}"),
        )  # fmt: skip
        navigation.link(t("Paste code"), "your_code", ":material/code:")
        st.button(t("Open it"), key="open_pasted", icon=":material/file_open:", on_click=_paste)


def name(design: Design) -> None:
    """Let the reader name the model."""
    st.session_state[keys.NAME] = design.name
    st.text_input(t("Name"), key=keys.NAME, max_chars=MAX_NAME, on_change=_rename)


def _start(chosen: str, classes: int) -> None:
    begin(preset(chosen, classes))


def _upload() -> None:
    file = st.session_state.get(keys.UPLOAD)
    if file is None:
        return
    raw = file.getvalue()
    if len(raw) > 4 * MAX_JSON:
        refuse(say("The file has {size} bytes; models of at most {most} characters are read.", size=len(raw), most=MAX_JSON))
        return
    try:
        text = checks.decoded(SpecError, raw)
    except SpecError:
        refuse(say("The file '{name}' is not text, so it is no model in JSON.", name=file.name[:60]))
        return
    begin_from_text(text if text.strip() else "{}")


def _paste() -> None:
    text = st.session_state.get(keys.PASTED) or ""
    if text.strip() and begin_from_text(text):
        st.session_state[keys.PASTED] = ""


def _rename() -> None:
    with problems.kept(keys.REFUSAL):
        begin(edit_steps.rename(history().now, st.session_state[keys.NAME]))


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
