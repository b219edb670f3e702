"""The available data sets, one card each."""

from __future__ import annotations

import base64
from html import escape

import numpy as np
import streamlit as st

from clsf import FRAMEWORKS, examples
from clsf.charts import pictures
from clsf.data import catalogue
from clsf.data.catalogue import DatasetInfo
from clsf.errors import ClsfError
from clsf.plan import Plan
from clsf.ui.shared import asking, data_choice, data_names, waiting
from clsf.ui.shared.text import plain, t, tn
from clsf.ui.shared.units import megabytes

FRAMEWORK = FRAMEWORKS[-1]  # whose worker is asked for images
SHOWN = 10  # images of a set


def show() -> None:
    """Show a card per data set: how many images, how large, and whether they are here already."""
    with st.grid("auto", min_column_width=250, gap="small", border=True) as grid:
        for info in data_choice.infos():
            with grid.cell(), st.container(gap="xsmall"):
                _card(info)


def _card(info: DatasetInfo) -> None:
    height, width, channels = info.shape
    st.markdown(f"**{plain(info.title)}**")
    _pictures(info)
    _where(info)
    lines = [
        tn(
            "{train} training, {validation} validation and {test} test image · {height}×{width}×{channels} · {classes} classes",
            "{train} training, {validation} validation and {test} test images · {height}×{width}×{channels} · {classes} classes",
            info.test,
            train=f"{info.train:,}", validation=f"{info.validation:,}", test=f"{info.test:,}", height=height, width=width,
            channels=channels, classes=len(info.classes),
        ) if info.validation else data_names.size_of(info),
        plain(info.note) if info.note else "",
        plain(info.licence),
        f"[{t('source')}]({info.source})" if info.source.startswith("http") else plain(info.source),
    ]  # fmt: skip
    st.markdown("  \n".join(f":small[{line}]" for line in lines if line))


def _pictures(info: DatasetInfo) -> None:
    """Show some images of a set: those shipped with the program, or those that a worker reads if the set is on this machine."""
    row = examples.picture(info.name)
    if row is not None:
        address = "data:image/png;base64," + base64.b64encode(row).decode("ascii")
    elif catalogue.is_cached(info.name) and not waiting.cold():
        try:
            pixels = asking.ask(FRAMEWORK, "clsf.data.pick:pixels", Plan(info.name).to_json(), list(range(SHOWN)), small=True)
        except ClsfError:
            return
        address = pictures.address(np.concatenate(list(pixels), axis=1))
    else:
        return
    alt = t("Some images of the data set")
    st.html(f'<div class="set-images"><img src="{address}" alt="{escape(alt)}"></div>')


def _where(info: DatasetInfo) -> None:
    if info.embedded:
        st.badge(t("built in"), icon=":material/inventory_2:", color="green")
    elif catalogue.is_cached(info.name):
        st.badge(t("on this machine"), icon=":material/download_done:", color="green")
    else:
        said = t("{size} MB to download at first use", size=megabytes(info.download_bytes or 0))
        st.badge(said, icon=":material/download:", color="gray")
