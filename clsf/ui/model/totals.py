"""The whole design in numbers, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from clsf.model import edit_link
from clsf.model.advice import Advice
from clsf.model.edit_facts import BYTES, DesignFacts
from clsf.ui.model.given import ModelInputs
from clsf.ui.shared import navigation, state
from clsf.ui.shared.choices import own_title
from clsf.ui.shared.design import MY_MODEL
from clsf.ui.shared.downloads import download
from clsf.ui.shared.text import plain, t, tn
from clsf.ui.shared.units import amount
from clsf.words import Sentence


def show(seen: DesignFacts, advices: tuple[Advice, ...], place: ModelInputs) -> None:
    """Show the totals; if a card does not fit, they count only what comes before it."""
    so_far = "" if seen.output_shape else "≥ "
    with st.container(horizontal=True, gap="medium", key="model_totals"):
        st.metric(
            t("Parameters"), f"{so_far}{seen.parameters:,}", width="content",
            help=t("{count} of them are learned; the others are running means and variances.", count=f"{seen.trainable:,}"),
        )  # fmt: skip
        size = f"{so_far}{amount(seen.parameters * BYTES)}"
        st.metric(t("Size"), size, width="content", help=t("All parameters as float32, 4 bytes each."))
        st.metric(
            t("Multiply-adds"), f"{so_far}{seen.multiply_adds:,}", width="content",
            help=t("For one image, forward. A training step takes about three times as many for each image."),
        )  # fmt: skip
        st.metric(
            t("Outputs of a batch"), f"{so_far}{amount(seen.outputs * BYTES * place.batch_size)}", width="content",
            help=tn(
                "The outputs of all layers for {batch} image in float32. Training keeps it until the backward pass, "
                "and needs about as much again.",
                "The outputs of all layers for {batch} images in float32. Training keeps it until the backward pass, and needs about as much again.",
                place.batch_size,
                batch=place.batch_size,
            ),
        )  # fmt: skip
    levels = [one.level for one in advices]
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if "broken" in levels:
            st.badge(t("Layers that do not fit: {count}", count=levels.count("broken")), icon=":material/error:", color="red")
        elif "stop" in levels:
            st.badge(t("not ready to train"), icon=":material/block:", color="red")
        else:
            st.badge(t("ready to train"), icon=":material/check_circle:", color="green")
        warned = levels.count("warn")
        if warned:
            st.badge(t("Warnings: {count}", count=warned), icon=":material/warning:", color="orange")


def leave(seen: DesignFacts, ready: bool, place: ModelInputs, too_long: Sentence | None) -> None:
    """Show the buttons that take the design to other pages."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for page, label, icon in (("train", t("Train this model"), "show_chart"), ("compare", t("Compare with it"), "balance")):
            kind = "primary" if page == "train" else "secondary"
            if st.button(label, key=f"take_to_{page}", type=kind, icon=f":material/{icon}:", disabled=not ready):
                _take(page, place)
        download(
            t("Download JSON"), lambda: edit_link.to_text(seen.design), f"{_file_name(seen.design.name)}.json",
            "download_design",
        )  # fmt: skip
        offered = t("Train and Compare can take it as soon as it is ready.")
        if ready:
            offered = t("Train and Compare offer it as “{name}”.", name=plain(own_title(seen.design.name)))
        held = plain(too_long) if too_long else t("The address of this page holds the whole design.")
        st.caption(f"{offered} {held}", width="stretch")


def _take(page: str, place: ModelInputs) -> None:
    st.session_state[state.MODEL] = MY_MODEL
    if place.data is not None:
        st.session_state[state.DATA] = place.data
        st.session_state[state.IMAGE_SIZE] = None
    navigation.switch_to(page)


def _file_name(name: str) -> str:
    """Return a file name that is valid on every system."""
    safe = "".join(c if c.isalnum() or c in "-_" else "-" for c in name).strip("-")
    return safe or "model"
