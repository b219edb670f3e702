"""Ways to start a design: from a ready-made model, from nothing, from a JSON file, or from a link."""

from __future__ import annotations

import streamlit as st

from clsf import checks
from clsf.errors import SpecError
from clsf.model import edit_link, edit_steps, presets
from clsf.model.edit import Design
from clsf.model.spec import MAX_JSON, MAX_LAYERS, MAX_NAME
from clsf.ui.model import bench, keys
from clsf.ui.model.given import ModelInputs
from clsf.ui.shared import choices, navigation, problems
from clsf.ui.shared.text import t
from clsf.words import say

EMPTY = "empty"
PRESETS_HEIGHT = 340  # pixels


def show(place: ModelInputs) -> None:
    """Show the ways to start a design. Each choice is one step that can be undone."""
    with st.popover(t("Start from…"), icon=":material/note_add:", width="stretch"):
        st.caption(t("Your design is not lost: Undo brings it back."))
        st.button(
            t("empty"), key=f"preset_{EMPTY}", icon=":material/check_box_outline_blank:", on_click=_begin, args=(EMPTY, place.classes)
        )  # fmt: skip
        with st.container(height=PRESETS_HEIGHT, gap="xsmall", key="presets"):
            for name in presets.NAMES:
                st.button(name, key=f"preset_{name}", on_click=_begin, args=(name, place.classes))
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


def _begin(preset: str, classes: int) -> None:
    bench.begin(bench.preset(preset, classes))


def _upload() -> None:
    file = st.session_state.get(keys.UPLOAD)
    if file is None:
        return
    raw = file.getvalue()
    if len(raw) > 4 * MAX_JSON:
        bench.refuse(
            say("The file has {size} bytes; models of at most {most} characters are read.", size=len(raw), most=MAX_JSON)
        )
        return
    try:
        text = checks.decoded(SpecError, raw)
    except SpecError:
        bench.refuse(say("The file '{name}' is not text, so it is no model in JSON.", name=file.name[:60]))
        return
    bench.begin_from_text(text if text.strip() else "{}")


def _paste() -> None:
    text = st.session_state.get(keys.PASTED) or ""
    if text.strip() and bench.begin_from_text(text):
        st.session_state[keys.PASTED] = ""


def _rename() -> None:
    with problems.kept(keys.REFUSAL):
        bench.begin(edit_steps.rename(bench.history().now, st.session_state[keys.NAME]))
