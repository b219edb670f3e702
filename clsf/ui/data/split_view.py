"""Section 4: how a split affects the classes: four ways, side by side."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.charts import data_balance
from clsf.data.catalogue import DatasetInfo
from clsf.data.images import Images
from clsf.data.splits import divided, harm
from clsf.errors import DataError
from clsf.ui.data import codes, keys, source
from clsf.ui.shared import choose
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn, words


def show(info: DatasetInfo) -> None:
    """Show the section."""
    dataset = source.dataset(info.name)
    titles = {
        "stratified": t("stratified (used here)"), "shuffled": t("shuffled"), "last": t("the last ones, as stored"),
        "sorted": t("the last ones, sorted by class"),
    }  # fmt: skip
    place, share, seed = _choices(info.validation)
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


def _choices(own: int) -> tuple:
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
