"""Section 5: the shuffle buffer: what tf.data and DataLoader really do with sorted images."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts import data_order
from clsf.data.catalogue import DatasetInfo
from clsf.ui.data import codes, keys, source
from clsf.ui.shared import choose
from clsf.ui.shared.asking import ask_or_say
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import t, words


def show(info: DatasetInfo) -> None:
    """Show the section."""
    images = source.dataset(info.name).train
    labels = np.sort(images.labels)  # the order when images are read folder by folder
    count = len(labels)
    buffer, batch, seed = _choices(count)
    runs = {
        "tensorflow": f"order({count}, buffer={buffer}, batch_size={batch}, seed={seed})",
        "torch": f"order({count}, shuffle={buffer > 1}, batch_size={batch}, seed={seed})",
    }
    arguments = {"tensorflow": buffer, "torch": buffer > 1}
    for place, framework in zip(st.columns(2), FRAMEWORKS, strict=True):
        with place, st.container(border=True, height="stretch"):
            title = f"shuffle({buffer:,})" if framework == "tensorflow" else f"shuffle={buffer > 1}"
            st.markdown(heading(framework, f"`{title}`"))
            order = ask_or_say(framework, f"clsf.backends.{framework}.pipeline:order", count, arguments[framework], batch, seed)
            if order is not None:
                _orders(np.asarray(order), labels, images.classes, framework, (info.name, buffer, batch, seed))
            if framework == "torch" and 1 < buffer < count:
                st.caption(note("data", "dataloader-has-no", count=f"{count:,}"))
    calls = {name: f"positions = {run}\nprint(positions[:{min(batch, 12)}])" for name, run in runs.items()}
    codes.both(("order",), calls)


def _choices(count: int) -> tuple[int, int, int]:
    first, second, third, fourth = st.columns([2, 1, 1, 1], vertical_alignment="bottom")
    with first:
        titles = {"200": "200", "1": "1", "all": t("all"), "own": t("another number")}
        kind = choose.named(st.segmented_control, t("Buffer"), titles, keys.BUFFER)
    own = choose.whole(t("Images in the buffer"), 1, 100_000, 1000, keys.BUFFER_SIZE, disabled=kind != "own", place=second)
    batch = choose.whole(t("Batch size"), 1, 4096, 64, keys.ORDER_BATCH, place=third)
    seed = choose.whole(t("Seed"), 0, 2**31 - 1, 0, keys.ORDER_SEED, place=fourth)
    buffer = {"200": 200, "1": 1, "all": count, "own": own}[kind]
    return min(buffer, count), batch, seed


def _orders(order: np.ndarray, labels: np.ndarray, classes: tuple[str, ...], framework: str, stamp: tuple) -> None:
    draw(f"data-positions_{framework}", stamp, lambda: data_order.positions(order, framework, words), height=300)
    moved, count = data_order.moved(order), len(order)
    st.caption(
        t(
            "An image moved {moved} places on average; if every order were equally likely, it would be {expected}.",
            moved=f"{moved:,.0f}", expected=f"{(count * count - 1) / (3 * count):,.0f}",
        )
    )  # fmt: skip
    st.markdown(f"**{t('Which classes come when')}**")
    draw(f"data-mixture_{framework}", stamp, lambda: data_order.mixture(labels[order], classes, framework, words), height=260)
    first = len(np.unique(labels[order[:64]]))
    st.caption(t("The first 64 images come from {seen} of {all} classes.", seen=first, all=len(classes)))
