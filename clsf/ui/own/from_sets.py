"""Images of a data set as classes of one's own."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.data import catalogue
from clsf.data.resize import fitted
from clsf.data.sources import open_dataset
from clsf.errors import ClsfError
from clsf.own.collection import MOST_CLASSES, SIDE, Collection, empty
from clsf.ui.own import held, keys
from clsf.ui.shared import data_choice
from clsf.ui.shared.text import plain, t

DEFAULT, EACH, MOST = "shapes", 20, 200


def show() -> None:
    """Let the reader choose a set, some of its classes and how many images of each; they become cards."""
    here = {info.name: info for info in data_choice.infos() if info.embedded or catalogue.is_cached(info.name)}
    one, two, three, go = st.columns([1.2, 2, 0.9, 0.9], vertical_alignment="bottom", gap="small")
    names = list(here)
    name = one.selectbox(
        t("Data set"), names, index=names.index(DEFAULT) if DEFAULT in names else 0, format_func=lambda n: plain(here[n].title),
        key=keys.SET, filter_mode=None, persist_state="session",
    )  # fmt: skip
    classes = list(range(len(here[name].classes)))
    chosen = two.multiselect(
        t("Classes"), classes, default=classes[:2], format_func=lambda n: here[name].classes[n], key=f"{keys.SET_CLASSES}_{name}",
        max_selections=MOST_CLASSES,
    )  # fmt: skip
    count = three.number_input(t("Images of each"), 1, MOST, EACH, key=keys.SET_COUNT)
    go.button(
        t("Take them"), key="own_take_set", icon=":material/add_photo_alternate:", width="stretch", disabled=not chosen, on_click=_take,
        args=(name, chosen, int(count)),
    )  # fmt: skip


def _take(name: str, classes: list[int], count: int) -> None:
    try:
        images = open_dataset(name).train
    except ClsfError as error:
        held.tell("error", error.sentence)
        return
    collection = Collection(tuple(kind for kind in held.collection().kinds if len(kind)))
    for label in classes:
        if len(collection.kinds) >= MOST_CLASSES:
            break
        rows = np.flatnonzero(images.labels == label)[:count]
        kind = images.classes[label]
        if kind not in collection.names:
            collection = Collection((*collection.kinds, empty(kind)))
        collection = collection.added(
            collection.names.index(kind), fitted(np.asarray(images.pixels[rows]), (SIDE, SIDE, 3)), together=False
        )
    held.replace(collection)
