"""Section 1: images as they are: a grid, and one of them as numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from clsf.data.catalogue import DatasetInfo
from clsf.data.images import Images
from clsf.data.shuffle import shuffled
from clsf.data.split import fair_order
from clsf.ui.data import codes, keys, source
from clsf.ui.data.drawn import pixels
from clsf.ui.shared import choose, facts, linked, state
from clsf.ui.shared.lessons import note
from clsf.ui.shared.picture_grid import pictures
from clsf.ui.shared.text import plain, t, tn

WHOLE = 8  # cells to a side up to which a tensor is printed whole
STORED, MOST_SEED = "stored", 1_000_000
PURPOSE = 5
"""Part of the seed; see `clsf.data.split.PURPOSE`."""


def show(info: DatasetInfo) -> None:
    """Show the section."""
    dataset = source.dataset(info.name)
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        images, part = _part(dataset.train, dataset.test)
        rows, columns, side, wanted = _choices(images)
    pool = np.flatnonzero(np.isin(images.labels, wanted)) if wanted else np.arange(len(images))
    with right:
        seen = _grid(images, pool, rows, columns, side, (info.name, part, tuple(wanted)))
    if not len(seen):
        return
    number = source.picked(images)
    _one(images, number, part)
    _code(info.name, part, images, seen)


def _part(train: Images, test: Images | None) -> tuple[Images, str]:
    titles = {"train": t("training images"), "test": t("test images")}
    if test is None:
        return train, "train"
    part = choose.named(st.segmented_control, t("Which images"), titles, keys.PART, label_visibility="collapsed")
    return (train if part == "train" else test), part


def _choices(images: Images) -> tuple[int, int, int, list[int]]:
    """Return rows, columns, CSS pixels per image, and the only classes to show; none: all."""
    one, two = st.columns(2)
    rows = choose.whole(t("Rows"), 1, 12, 3, keys.ROWS, place=one)
    columns = choose.whole(t("Columns"), 1, 16, 4, keys.COLUMNS, place=two)
    side = choose.whole(t("Size on screen, pixels"), 24, 256, 96, keys.SIDE)
    titles = {str(k): name for k, name in enumerate(images.classes)}
    kinds = choose.several(
        st.multiselect, t("Only these classes"), titles, keys.CLASSES, placeholder=t("all"), on_change=_first_page
    )
    return rows, columns, side, sorted(map(int, kinds))


def _first_page() -> None:
    linked.keep(keys.PAGE, None)


def _grid(images: Images, pool: np.ndarray, rows: int, columns: int, side: int, stamp: tuple) -> np.ndarray:
    """Show the grid and return the indices in it."""
    seed = _seed()
    order = pool if seed is None else pool[_mixed(stamp, len(pool), seed, images.labels[pool])]
    most = rows * columns
    pages = max(-(-len(order) // most), 1)
    page = linked.whole(keys.PAGE, 0, pages - 1, 0)
    seen = order[page * most : (page + 1) * most]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _button(t("Shuffle"), "shuffle", "shuffle", _shuffle, True)
        _button(t("As stored"), "stored", "sort", _shuffle, False, disabled=seed is None)
        _button(t("Before"), "before", "chevron_left", _turn, page - 1, disabled=page == 0)
        _button(t("Next"), "next", "chevron_right", _turn, page + 1, disabled=page + 1 >= pages)
        st.caption(
            t("{first}–{last} of {count}", first=f"{page * most + 1:,}", last=f"{page * most + len(seen):,}", count=f"{len(order):,}"),
            width="content",
        )  # fmt: skip
    number = source.picked(images)
    places = np.flatnonzero(seen == number)
    pictures(
        np.asarray(images.pixels[seen]),
        [images.classes[images.labels[k]] for k in seen],
        key=keys.GRID, stamp=(stamp, tuple(seen.tolist())), columns=columns, side=side,
        label=t("Images. Press one to see its numbers."), picked=int(places[0]) if len(places) else None,
        on_pick=lambda at: linked.keep(keys.IMAGE, str(seen[at])),
    )  # fmt: skip
    return seen


def _button(label: str, name: str, icon: str, change: Callable[[int], None], to: int, disabled: bool = False) -> None:
    """Show a button that changes what is in the grid."""
    st.button(label, key=f"grid_{name}", icon=f":material/{icon}:", on_click=change, args=(to,), disabled=disabled)


@st.cache_data(show_spinner=False, max_entries=20)
def _mixed(stamp: tuple, count: int, seed: int, _labels: np.ndarray) -> np.ndarray:
    """Return an order of the labels, int64 (count,), whose start holds each class in its share.

    This is needed because sets are often stored by class. The labels follow from the other arguments.
    """
    order = shuffled(count, PURPOSE, seed)
    return order[fair_order(_labels[order])]


def _seed() -> int | None:
    """Return the seed with which the images are shuffled, None while they are in stored order."""
    return None if linked.current(keys.SHUFFLE) == STORED else linked.whole(keys.SHUFFLE, 0, MOST_SEED, 0)


def _shuffle(mix: bool) -> None:
    linked.keep(keys.SHUFFLE, str((_seed() or 0) % MOST_SEED + 1) if mix else STORED)
    _first_page()


def _turn(page: int) -> None:
    linked.keep(keys.PAGE, str(page) if page > 0 else None)


def _one(images: Images, number: int, part: str) -> None:
    image = np.asarray(images.pixels[number])
    name = images.classes[images.labels[number]]
    facts.tell("image", data=st.session_state.get(state.DATA, ""), index=number, label=str(name))
    of = t("training image") if part == "train" else t("test image")
    st.subheader(t("Image {number}: {name}", number=number, name=plain(name)), anchor=False)
    st.caption(
        t(
            "{part} number {number}; label {label}, which stands for “{name}”",
            part=of, number=number, label=int(images.labels[number]), name=plain(name),
        )
    )  # fmt: skip
    pixels(image, key="data_pixels", label=t("Image {number}: {name}", number=number, name=name))
    _tensors(image)


def _tensors(image: np.ndarray) -> None:
    """Show the image as the tensor that each framework gets."""
    height, width, channels = image.shape
    second = np.ascontiguousarray(image.transpose(2, 0, 1))[None]
    left, right = st.columns(2)
    with left:
        st.markdown(t(":orange[●] **TensorFlow** reads it as NHWC: number, height, width, channels"))
        st.code(_printed(image[None], (1, height, width, channels)), language=None, wrap_lines=False, height=210)
        said = tn(
            "In memory the one channel of a pixel lies beside that of the next pixel.",
            "In memory the {channels} channels of one pixel lie beside each other.",
            channels, channels=channels,
        )  # fmt: skip
        st.caption(said)
    with right:
        st.markdown(t(":violet[■] **PyTorch** reads it as NCHW: number, channels, height, width"))
        st.code(_printed(second, (1, channels, height, width)), language=None, wrap_lines=False, height=210)
        st.caption(t("In memory a whole channel lies together, row after row."))
    if channels == 1:
        st.caption(note("data", "grey-image-often", height=height, width=width))


def _printed(tensor: np.ndarray, shape: tuple[int, ...]) -> str:
    whole = max(tensor.shape) <= WHOLE
    text = np.array2string(tensor, threshold=tensor.size + 1 if whole else 40, edgeitems=2, max_line_width=70)
    return f"shape {shape}, {tensor.dtype}\n{text}"


def _code(name: str, part: str, images: Images, seen: np.ndarray) -> None:
    count = min(len(seen), 12)
    opening = f"{codes.OPEN}images = open_dataset({name!r}).{part}\n"
    end = "pixels, labels = first_batch({})\nprint(pixels.shape, pixels.dtype, labels)"
    few = min(len(images), 1000)
    codes.both(
        ("batches", "first_batch"),
        {
            "tensorflow": opening + end.format(f"images.pixels[:{few}], images.labels[:{few}], batch_size={count}, buffer={few}, seed=0"),
            "torch": opening + end.format(f"images.pixels[:{few}], images.labels[:{few}], batch_size={count}, shuffle=True, seed=0"),
        },
    )  # fmt: skip
