"""Sections 4 and 6: the order of images: how a split affects the classes, four ways side by side; and what a shuffle buffer really does."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf import FRAMEWORKS
from clsf.charts import data_balance, data_order
from clsf.data.catalogue import DatasetInfo
from clsf.data.images import Images
from clsf.data.splits import divided, harm
from clsf.errors import DataError
from clsf.ui.data import codes, keys, source
from clsf.ui.shared import choose
from clsf.ui.shared.asking import ask_or_say
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import plain, t, tn, words


def split(info: DatasetInfo) -> None:
    """Show the section."""
    dataset = source.dataset(info.name)
    titles = {
        "stratified": t("stratified (used here)"), "shuffled": t("shuffled"), "last": t("the last ones, as stored"),
        "sorted": t("the last ones, sorted by class"),
    }  # fmt: skip
    place, share, seed = _split_choices(info.validation)
    try:
        ways = {way: _counts(dataset.train, way, share, seed) for way in titles}
    except DataError as error:
        st.warning(plain(error.sentence), icon=":material/warning:")
        return
    one = choose.named(
        st.selectbox, t("A split"), {way: titles[way] for way in ("sorted", "last", "shuffled")}, keys.WAY, place=place
    )
    left, right = st.columns(2)
    for column, way, name in ((left, one, "split_one"), (right, "stratified", "split_two")):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{titles[way]}**")
            counts = ways[way]
            draw(
                f"data-{name}", (dataset.checksum, dataset.name, way, share, seed),
                lambda counts=counts: data_balance.bars(counts, dataset.train.classes, words, share=True), height=280,
            )  # fmt: skip
            _said(counts, dataset.train.classes)
    _table(ways, titles)
    _code(info.name, one, share, seed)


def _split_choices(own: int) -> tuple:
    if own:
        st.info(
            tn(
                "A training uses {count} validation image that comes with these. Shown here is a split drawn from the training images.",
                "A training uses {count} validation images that come with these. Shown here is a split drawn from the training images.",
                own,
                count=f"{own:,}",
            ),
            icon=":material/info:",
        )
    first, second, third = st.columns([1.6, 1, 1])
    share = second.slider(t("Share of validation images"), 0.05, 0.5, 0.2, 0.05, key=keys.SPLIT_SHARE, format="percent", **choose.LINKED)  # fmt: skip
    seed = choose.whole(t("Seed"), 0, 2**31 - 1, 0, keys.SPLIT_SEED, place=third)
    return first, share, seed


def _counts(images: Images, way: str, share: float, seed: int) -> np.ndarray:
    classes = len(images.classes)
    return np.stack([np.bincount(images.labels[part], minlength=classes) for part in divided(images.labels, way, share, seed)])


def _said(counts: np.ndarray, classes: tuple[str, ...]) -> None:
    unseen, unchecked, apart = harm(*counts)
    if unseen:
        st.error(note("data", "validation-images-but", classes=_listed(unseen, classes)), icon=":material/error:")
    if unchecked:
        st.warning(
            t("{classes}: trained on, but in no validation image. Whether they were learned is not checked.", classes=_listed(unchecked, classes)),
            icon=":material/warning:",
        )  # fmt: skip
    if not unseen and not unchecked:
        st.success(
            t("Every class is in both parts. Their mixes differ by {apart}.", apart=f"{apart:.1%}"), icon=":material/check_circle:"
        )  # fmt: skip


def _listed(labels: list[int], classes: tuple[str, ...]) -> str:
    names = ", ".join(plain(classes[label]) for label in labels[:6])
    return names if len(labels) <= 6 else t("{names} and {count} more", names=names, count=len(labels) - 6)


def _table(ways: dict[str, np.ndarray], titles: dict[str, str]) -> None:
    harms = {way: harm(*counts) for way, counts in ways.items()}
    st.table(
        {
            t("Split"): list(titles.values()),
            t("Classes never trained on"): [len(harms[way][0]) for way in titles],
            t("Classes never validated"): [len(harms[way][1]) for way in titles],
            t("How far the two mixes differ"): [f"{harms[way][2]:.1%}" for way in titles],
        },
        border="horizontal", hide_index=True, alt=t("The four splits compared"),
    )  # fmt: skip


def _code(name: str, way: str, share: float, seed: int) -> None:
    opening = f"{codes.OPEN}images = open_dataset({name!r}).train\npixels, labels = images.pixels, images.labels\n"
    if way == "sorted":
        opening += "order = labels.argsort(kind='stable')\npixels, labels = pixels[order], labels[order]\n"
    if way == "shuffled":
        opening = opening.replace(codes.OPEN, f"import numpy as np\n{codes.OPEN}")
        opening += (
            f"order = np.random.default_rng({seed}).permutation(len(labels))\npixels, labels = pixels[order], labels[order]\n"
        )
    call = (
        f"{opening}train, validation = split_in_order(pixels, labels, {share:g})\nprint(len(train), len(validation))\n"
        f"train, validation = split_stratified(pixels, labels, {share:g}, seed={seed})\nprint(len(train), len(validation))"
    )
    codes.both(("split_in_order", "split_stratified"), {"tensorflow": call, "torch": call})


def order(info: DatasetInfo) -> None:
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
