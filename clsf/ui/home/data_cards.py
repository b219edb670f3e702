"""The data sets there are, one card each."""

from __future__ import annotations

import streamlit as st

from clsf.data import catalogue
from clsf.data.catalogue import DatasetInfo
from clsf.ui.shared import data_choice
from clsf.ui.shared.text import plain, sentence, t, tn
from clsf.ui.shared.units import megabytes


def show() -> None:
    """Show a card per data set: how many images, how large, and whether they are here already."""
    with st.grid("auto", min_column_width=250, gap="small", border=True) as grid:
        for info in data_choice.infos():
            with grid.cell(), st.container(gap="xsmall"):
                _card(info)


def _card(info: DatasetInfo) -> None:
    height, width, channels = info.shape
    st.markdown(f"**{sentence(info.title)}**")
    _where(info)
    source = t("source")
    lines = [
        tn(
            "{train} training, {validation} validation and {test} test image · {height}×{width}×{channels} · {classes} classes",
            "{train} training, {validation} validation and {test} test images · {height}×{width}×{channels} · {classes} classes",
            info.test,
            train=f"{info.train:,}", validation=f"{info.validation:,}", test=f"{info.test:,}", height=height, width=width,
            channels=channels, classes=len(info.classes),
        ) if info.validation else tn(
            "{train} training and {test} test image · {height}×{width}×{channels} · {classes} classes",
            "{train} training and {test} test images · {height}×{width}×{channels} · {classes} classes",
            info.test,
            train=f"{info.train:,}", test=f"{info.test:,}", height=height, width=width, channels=channels,
            classes=len(info.classes),
        ),
        sentence(info.note) if info.note else "",
        sentence(info.licence),
        f"[{source}]({info.source})" if info.source.startswith("http") else plain(info.source),
    ]  # fmt: skip
    st.markdown("  \n".join(f":small[{line}]" for line in lines if line))


def _where(info: DatasetInfo) -> None:
    if info.embedded:
        st.badge(t("built in"), icon=":material/inventory_2:", color="green")
    elif catalogue.is_cached(info.name):
        st.badge(t("on this machine"), icon=":material/download_done:", color="green")
    else:
        st.badge(
            t("{size} MB to download at first use", size=megabytes(info.download_bytes or 0)),
            icon=":material/download:",
            color="gray",
        )
