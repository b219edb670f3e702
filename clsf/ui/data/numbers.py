"""Sections 2 and 3: what a data set is made of: images per class, pixel values, mean images; and how alike the images are."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.charts import data_balance, data_histogram
from clsf.data.catalogue import DatasetInfo
from clsf.data.images import Dataset, Images
from clsf.data.likeness import Likeness
from clsf.data.statistics import Values, balance
from clsf.errors import DataError
from clsf.plan import Plan, Preparation
from clsf.ui.data import codes, keys, source
from clsf.ui.data.drawn import cloud
from clsf.ui.shared import choose, state
from clsf.ui.shared.asking import ask_or_say
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.picture_grid import pictures
from clsf.ui.shared.settings import varying
from clsf.ui.shared.text import plain, t, tn, words
from clsf.words import say

SHARE, SEED = Plan.__dataclass_fields__["validation_share"].default, Plan.__dataclass_fields__["seed"].default

SIZES = ("200", "500", "1000", "2000")


def show(info: DatasetInfo) -> None:
    """Show the section."""
    dataset = source.dataset(info.name)
    st.subheader(t("Images per class"), anchor=False)
    _balance(dataset)
    st.subheader(t("Pixel values, before and after preparation"), anchor=False)
    plan = _plan(info)
    values = ask_or_say("torch", "clsf.data.statistics:values", info.name, plan.to_json(), stamp=dataset.checksum)
    if values is not None:
        _values(info, plan, *values)
    st.subheader(t("The mean image of each class"), anchor=False)
    means = ask_or_say("torch", "clsf.data.statistics:class_means", info.name, stamp=dataset.checksum)
    if means is not None:
        _means(dataset, means)


def _balance(dataset: Dataset) -> None:
    train, test, own = dataset.train, dataset.test, dataset.validation
    try:
        tested, owned = (None if images is None else images.labels for images in (test, own))
        counts = balance(train.labels, tested, len(train.classes), SHARE, SEED, owned)
    except DataError as error:
        st.warning(plain(error.sentence), icon=":material/warning:")
        return
    draw("data-balance", (dataset.name, dataset.checksum), lambda: data_balance.bars(counts, train.classes, words), height=300)
    total = counts[:2].sum(axis=0)
    low, high = int(total.min()), int(total.max())
    if high <= 1.1 * low:
        text = t("Balanced: every class has about the same number of images, so accuracy means what one expects.")
    else:
        text = tn(
            "Not balanced: “{many}” has {high} image, “{few}” only {low}. Always saying “{many}” is already "
            "right in {share} of the cases.",
            "Not balanced: “{many}” has {high} images, “{few}” only {low}. Always saying “{many}” is already right in {share} of the cases.",
            high,
            many=plain(train.classes[int(total.argmax())]), few=plain(train.classes[int(total.argmin())]), high=f"{high:,}",
            low=f"{low:,}", share=f"{high / total.sum():.0%}",
        )  # fmt: skip
    st.caption(text)


def _plan(info: DatasetInfo) -> Plan:
    titles = varying.SCALE_TITLES
    help = note("data", "what-range-0")
    scale = choose.one(
        t("Preparation"), list(titles), state.SCALE, widget=st.segmented_control, format_func=titles.__getitem__, help=help
    )
    size = st.session_state.get(state.IMAGE_SIZE)
    return Plan(info.name, Preparation(size, st.session_state.get(state.COLOUR) or "keep", scale or "zero-one"))


def _values(info: DatasetInfo, plan: Plan, before: Values, after: Values) -> None:
    left, right = st.columns(2)
    stamp = (info.name, repr(plan.preparation), int(before.counts[0, 0]))
    with left:
        st.markdown(f"**{t('As stored: whole numbers from 0 to 255')}**")
        draw(
            "data-before", stamp,
            lambda: data_histogram.curves(before.counts, before.shift, before.scale, say("pixel value"), words), height=280,
        )  # fmt: skip
    with right:
        st.markdown(f"**{t('As the model gets them')}**")
        draw(
            "data-after", stamp,
            lambda: data_histogram.curves(after.counts, after.shift, after.scale, say("value after preparation"), words),
            height=280,
        )  # fmt: skip
    cut = data_histogram.peaks(before.counts)
    if cut:
        told = ", ".join(t("{share} of the pixels are {value}", share=f"{share:.0%}", value=value) for value, share in cut[:3])
        st.caption(t("Lines that reach the top are cut off there, so that the others can be seen: {peaks}.", peaks=told))
    names = {1: [t("grey")], 3: [t("red"), t("green"), t("blue")]}
    st.table(
        {
            t("Channel"): names[len(after.counts)],
            t("Mean, 0–255"): [f"{v:.2f}" for v in after.mean],
            t("Deviation, 0–255"): [f"{v:.2f}" for v in after.deviation],
            t("Mean, as the model gets it"): [f"{v:.4f}" for v in np.round(after.model_mean(), 4) + 0.0],
            t("Deviation, as the model gets it"): [f"{v:.4f}" for v in after.model_deviation()],
        },
        border="horizontal",
        hide_index=True,
        alt=t("Mean and standard deviation of each channel"),
    )
    if plan.preparation.scale == "standardise":
        st.caption(note("data", "mean-deviation-taken", share=f"{1 if info.validation else 1 - SHARE:.0%}"))
    numbers = f"mean={[round(float(v), 3) for v in after.shift]}, deviation={[round(float(v), 3) for v in after.scale]}"
    call = f"{codes.OPEN}pixels = open_dataset({info.name!r}).train.pixels[:1000]\nready = prepare(pixels, {numbers})\nprint(ready.shape, ready.mean(), ready.std())"
    codes.both(("prepare",), {"tensorflow": call, "torch": call})


def _means(dataset: Dataset, means: np.ndarray) -> None:
    counts = np.bincount(dataset.train.labels, minlength=len(means))
    pictures(
        means, dataset.train.classes, key="data_means", stamp=(dataset.name, dataset.checksum, "means"), columns=min(len(means), 10),
        side=96, label=t("The mean image of each class"), notes=[tn("{count} image", "{count} images", n, count=f"{n:,}") for n in counts],
    )  # fmt: skip
    st.caption(note("data", "every-pixel-mean"))


def alike(info: DatasetInfo) -> None:
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
