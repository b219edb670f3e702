"""The picture that goes in: a sample of a data set, a photograph, an uploaded file, or the student's own drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf.data import catalogue
from clsf.data.picture import MAX_FILE, PHOTOGRAPHS, SIDES, shifted
from clsf.errors import ClsfError, DataError
from clsf.ui.layers import asking, keys
from clsf.ui.shared import choose, controls, data_choice, problems, state
from clsf.ui.shared.controls import LINKED
from clsf.ui.shared.drawing import draw
from clsf.ui.shared.text import t

BATCH = 16  # images, where a layer looks at several at once
DEFAULT_SIDE = 48
TYPES = ("png", "jpg", "jpeg", "webp")


@dataclass(frozen=True, slots=True, eq=False)
class ChosenPicture:
    """A picture as it goes into the first layer."""

    pixels: np.ndarray  # uint8 (height, width, channels)
    title: str
    low: float  # the values that pixels 0 and 255 become
    high: float
    dataset: tuple[str, int | None, bool] | None = None  # (name, side, grey), if there are more like it

    @property
    def inputs(self) -> np.ndarray:
        """float32 (1, height, width, channels)"""
        return self._scaled(self.pixels[None])

    def batch(self) -> np.ndarray:
        """Return the picture and others with it: of its data set, or shifted copies. float32 (n, h, w, c)."""
        if self.dataset is None:
            return self._scaled(shifted(self.pixels, BATCH))
        name, side, grey = self.dataset
        others = asking.picture("batch", name, BATCH - 1, side, grey)
        return self._scaled(np.concatenate([self.pixels[None], others]))

    def _scaled(self, pixels: np.ndarray) -> np.ndarray:
        return (pixels.astype(np.float32) / np.float32(255)) * np.float32(self.high - self.low) + np.float32(self.low)


def choose_picture() -> ChosenPicture | None:
    """Show the widgets and return the picture; None, after a message on the page, if there is none."""
    titles = {
        "photograph": f":material/landscape: {t('photograph')}",
        "sample": f":material/photo_library: {t('data set')}",
        "upload": f":material/upload: {t('own picture')}",
        "drawing": f":material/draw: {t('drawing')}",
    }
    kind = choose.named(st.pills, t("Picture"), titles, keys.SOURCE)
    try:
        return {"sample": _sample, "photograph": _photograph, "upload": _upload, "drawing": _drawing}[kind]() or _instead()
    except ClsfError as error:
        problems.show(error)
        return _instead()


def _row() -> DeltaGenerator:
    """Return a row for small widgets."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small")


def _sample() -> ChosenPicture | None:
    names = [info.name for info in data_choice.public()]
    with _row():
        name = st.selectbox(
            t("Images"), names, index=names.index(controls.DEFAULT_DATA), key=state.DATA, filter_mode=None, width=180,
            format_func=lambda name: data_choice.title(catalogue.info(name)), **LINKED,
        )  # fmt: skip
        info = catalogue.info(name)
        if not info.embedded and not catalogue.is_cached(name):
            said = t(
                "The data set {name} is not on this machine yet. Fetch it on the Data page or by training on it once.",
                name=name,
            )
            st.info(said, icon=":material/download:")
            return None
        classes = {"": t("any class"), **{str(n): title for n, title in enumerate(info.classes)}}
        label = choose.named(st.selectbox, t("Class of the picture"), classes, keys.LABEL, width=160)
        number = choose.whole(t("Number"), 0, max(info.train - 1, 0), 0, keys.NUMBER, width=130)
        side, grey = _side(original=True), _grey(info.shape[2] == 3)
        low, high = _scale()
    pixels, sample = asking.picture("sample", name, int(label) if label else None, number, side, grey)
    return ChosenPicture(pixels, info.classes[sample], low, high, (name, side, grey))


def _photograph() -> ChosenPicture:
    titles = {"china": t("temple (China)"), "flower": t("flower")}
    with _row():
        name = choose.named(st.segmented_control, t("Photograph"), {n: titles[n] for n in PHOTOGRAPHS}, keys.PHOTOGRAPH)
        side, grey = _side(), _grey()
        low, high = _scale()
    return ChosenPicture(asking.picture("photograph", name, side, grey), titles[name], low, high)


def _upload() -> ChosenPicture | None:
    file = st.file_uploader(
        t("A PNG, JPEG or WebP file of at most {size} MB and 20 megapixels; a square is cut around its centre", size=MAX_FILE // 1_000_000),
        type=TYPES, key=keys.FILE,
    )  # fmt: skip
    with _row():
        side, grey = _side(), _grey()
        low, high = _scale()
    if file is not None:
        st.session_state[keys.UPLOADED] = (file.name, file.getvalue())
    if keys.UPLOADED not in st.session_state:
        return None
    name, data = st.session_state[keys.UPLOADED]
    try:
        return ChosenPicture(asking.picture("uploaded", data, side, grey), name, low, high)
    except DataError:
        del st.session_state[keys.UPLOADED]
        raise


def _drawing() -> ChosenPicture | None:
    with _row():
        side, grey = _side(default=28), _grey()
        low, high = _scale()
    drawn = draw(
        keys.SHEET, side=side, colour=not grey, height=220, live=False, label=t("Your picture"), sheet=f"{side}{grey}",
        link=keys.SHEET_LINK,
    )  # fmt: skip
    if drawn is None:
        return None
    return ChosenPicture(drawn if drawn.ndim == 3 else drawn[..., None], t("drawing"), low, high)


def _instead() -> ChosenPicture | None:
    """Return a photograph while there is no other picture, and show a message about it."""
    st.caption(t("Until then, a photograph is used."))
    with problems.shown():
        return ChosenPicture(asking.picture("photograph", "flower", DEFAULT_SIDE, False), t("flower"), 0.0, 1.0)
    return None


def _side(original: bool = False, default: int = DEFAULT_SIDE) -> int | None:
    sides = {str(side): f"{side}×{side}" for side in SIDES}
    first = {"": t("as it is")} if original else {str(default): f"{default}×{default}"}
    key = keys.SIDE if original else f"{keys.SIDE}_{default}"
    chosen = choose.named(st.selectbox, t("Size"), {**first, **sides}, key, width=120)
    return int(chosen) if chosen else None


def _grey(colour: bool = True) -> bool:
    return colour and st.toggle(t("grey"), key=keys.GREY, **LINKED)


def _scale() -> tuple[float, float]:
    ranges = {"zero": t("0 to 1"), "minus": t("−1 to 1")}
    chosen = choose.named(
        st.segmented_control, t("Pixels become"), ranges, keys.SCALE,
        help=t("Models learn from small numbers, so pixels of 0 to 255 are scaled first."),
    )  # fmt: skip
    return (0.0, 1.0) if chosen == "zero" else (-1.0, 1.0)
