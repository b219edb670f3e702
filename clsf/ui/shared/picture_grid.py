"""A grid of small pictures that are sent as one and scaled crisply by the browser; a click reports which one was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from clsf.data.sprite import sheet
from clsf.ui.shared.components import component
from clsf.ui.shared.text import t

SHEET_COLUMNS = 16

_component = component("clsf_pictures", __file__, "picture_grid", '<div class="grid"></div>\n<p hidden></p>')


def pictures(
    pixels: np.ndarray, captions: Sequence[str], *, key: str, stamp: object, columns: int, side: int, label: str,
    notes: Sequence[str] = (), picked: int | None = None, on_pick: Callable[[int], None] | None = None, names: Sequence[str] = (),
) -> None:  # fmt: skip
    """Show images, uint8 (n, h, w, c), `columns` side by side, each `side` CSS pixels wide if there is room.

    Captions and the smaller notes are plain text under the pictures. With `on_pick` they are buttons, and it is called with the
    row of `pixels`; `picked` is framed. `names` are what screen readers say where there is no caption. `stamp` says which images these are: equal stamps, equal pictures.
    """
    count, height, width, _ = pixels.shape
    if not count:
        return
    wide = min(SHEET_COLUMNS, count)

    def chosen() -> None:
        try:
            number = int(st.session_state[key].picked)
        except (TypeError, ValueError, AttributeError, KeyError):
            return
        if 0 <= number < count:
            on_pick(number)

    _component(
        key=key,
        data={
            "sheet": sprite(stamp, pixels, wide), "sheetColumns": wide, "sheetRows": -(-count // wide), "count": count,
            "ratio": width / height, "captions": list(captions), "notes": list(notes), "names": list(names), "columns": columns, "side": side,
            "label": label, "picked": picked, "buttons": on_pick is not None,
        },
        **({"on_picked_change": chosen} if on_pick is not None else {}),
    )  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=100)
def sprite(stamp: object, _pixels: np.ndarray, columns: int, lossless: bool = True) -> str:
    """Return images as one picture; `stamp` says which images these are."""
    return sheet(_pixels, columns, lossless)


def without_canvas() -> str:
    """Return the sentence that is shown in place of a picture."""
    return t("This browser can't show this picture: it has no canvas, or it is switched off. Allow it, or use another browser.")
