"""Images of a data set as classes of one's own."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.data import catalogue
from clsf.data.resize import fitted
from clsf.data.sources import open_dataset
from clsf.own.collection import MOST_CLASSES, SIDE, Collection, empty
from clsf.ui.own import held, keys
from clsf.ui.shared import choose, data_choice
from clsf.ui.shared.text import plain, t

DEFAULT, EACH, MOST = "shapes", 20, 200


def show() -> None:
    """Let the reader choose a set, some of its classes and how many images of each; they become cards."""
    here = {info.name: info for info in data_choice.infos() if info.embedded or catalogue.is_cached(info.name)}
    one, two, three, go = st.columns([1.2, 2, 0.9, 0.9], vertical_alignment="bottom", gap="small")
    names = list(here)
    titles = {n: plain(here[n].title) for n in names}
    default = DEFAULT if DEFAULT in names else names[0]
    name = choose.named(st.selectbox, t("Data set"), titles, keys.SET, default=default, place=one)
    classes = {str(n): title for n, title in enumerate(here[name].classes)}
    key = f"{keys.SET_CLASSES}_{name}"
    wanted = choose.several(
        st.multiselect, t("Classes"), classes, key, list(classes)[:2], max_selections=MOST_CLASSES, place=two
    )
    chosen = [int(n) for n in wanted]
    count = choose.whole(t("Images of each"), 1, MOST, EACH, keys.SET_COUNT, place=three)
    go.button(
        t("Take them"), key="own_take_set", icon=":material/add_photo_alternate:", width="stretch", disabled=not chosen, on_click=_take,
        args=(name, chosen, int(count)),
    )  # fmt: skip


def _take(name: str, classes: list[int], count: int) -> None:
    collection = Collection(tuple(kind for kind in held.collection().kinds if len(kind)))
    with held.refusal_told():
        images = open_dataset(name).train
        for label in classes:
            if len(collection.kinds) >= MOST_CLASSES:
                break
            kind, rows = images.classes[label], np.flatnonzero(images.labels == label)[:count]
            if kind not in collection.names:
                collection = Collection((*collection.kinds, empty(kind)))
            pixels = fitted(np.asarray(images.pixels[rows]), (SIDE, SIDE, 3))
            collection = collection.added(collection.names.index(kind), pixels, together=False)
        held.replace(collection)
