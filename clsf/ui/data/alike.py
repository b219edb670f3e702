"""Section 3: similar images: nearest and farthest pairs, and a map."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.data.catalogue import DatasetInfo
from clsf.data.images import Images
from clsf.data.likeness import Likeness
from clsf.ui.data import keys, source
from clsf.ui.data.drawn import cloud
from clsf.ui.shared import choose
from clsf.ui.shared.asking import ask_or_say
from clsf.ui.shared.lessons import note
from clsf.ui.shared.picture_grid import pictures
from clsf.ui.shared.text import t, tn

SIZES = ("200", "500", "1000", "2000")


def show(info: DatasetInfo) -> None:
    """Show the section."""
    dataset = source.dataset(info.name)
    size = choose.one(
        t("Images compared"), SIZES, keys.SAMPLE, "500", st.segmented_control,
        help=t("Drawn from the training images, each class by its share."),
    )  # fmt: skip
    likeness = ask_or_say("torch", "clsf.data.likeness:likeness", info.name, int(size), 0, stamp=dataset.checksum)
    if likeness is None:
        return
    images, stamp = dataset.train, (info.name, dataset.checksum, size)
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        st.subheader(t("A map of the images"), anchor=False)
        _map(images, likeness, stamp)
    with right:
        st.subheader(t("Pairs"), anchor=False)
        _pairs(images, likeness, stamp)


def _map(images: Images, likeness: Likeness, stamp: tuple) -> None:
    one, two = likeness.explained
    cloud(
        likeness.points, likeness.labels, images.classes, np.asarray(images.pixels[likeness.indices]), key="data_map", stamp=stamp,
        label=tn("A map of {count} image, coloured by class", "A map of {count} images, coloured by class", len(likeness.indices)),
    )  # fmt: skip
    numbers, rest = f"{int(np.prod(images.shape)):,}", f"{1 - one - two:.0%}"
    st.caption(note("data", "every-image-point", numbers=numbers, one=f"{one:.0%}", two=f"{two:.0%}", rest=rest))


def _pairs(images: Images, likeness: Likeness, stamp: tuple) -> None:
    kinds = {
        "nearest": t("nearest"), "nearest_strangers": t("nearest, of different classes"), "farthest": t("farthest"),
        "farthest_kin": t("farthest, of one class"),
    }  # fmt: skip
    kind = choose.named(st.pills, t("Which pairs"), kinds, keys.PAIRS, label_visibility="collapsed")
    pairs = getattr(likeness, kind)
    if not pairs:
        st.caption(t("There is no such pair."))
        return
    rows = [row for one, other, _ in pairs for row in (one, other)]
    indices = likeness.indices[rows]
    pictures(
        np.asarray(images.pixels[indices]), [images.classes[images.labels[k]] for k in indices], key="data_pairs",
        stamp=(stamp, kind), columns=4, side=96, label=kinds[kind],
        notes=[t("{distance} apart", distance=f"{d:.1f}") for _, _, d in pairs for _ in (0, 1)],
    )  # fmt: skip
    text = {
        "nearest": t("Two neighbours are shown side by side. Near-duplicates in training and validation would make the score too good."),
        "nearest_strangers": note("data", "alike-numbers-yet"),
        "farthest": t("The largest differences are mostly those of brightness: light ground against dark."),
        "farthest_kin": note("data", "one-class-hardly"),
    }  # fmt: skip
    st.caption(text[kind])
    st.caption(note("data", "distance-root-mean"))
