"""Pictures that the browser draws: a map of images, one point each, coloured by class; and one image as numbers, cell by cell."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np

from clsf.charts.data_colours import of_class
from clsf.charts.palette import CHANNELS
from clsf.ui.shared.components import component
from clsf.ui.shared.lessons import note
from clsf.ui.shared.picture_grid import sprite, without_canvas
from clsf.ui.shared.text import t

SHEET_COLUMNS = 40
MAX_SIDE = 48  # pixels of a picture on the map
WINDOW = 8  # pixels per side

_cloud = component("clsf_cloud", __file__, "cloud")
_pixels = component("clsf_pixels", __file__, "pixels")


def cloud(
    points: np.ndarray, labels: np.ndarray, classes: Sequence[str], pixels: np.ndarray, *, key: str, stamp: object, label: str
) -> None:
    """Show points, float (n, 2), of images, uint8 (n, h, w, c), with their labels, (n,)."""
    low, high = points.min(axis=0), points.max(axis=0)
    spread = np.where(high > low, high - low, 1.0)
    places = (points - low) / spread
    small = _small(pixels)
    present = [int(one) for one in np.unique(labels)]
    _cloud(
        key=key,
        data={
            "x": [round(float(v), 4) for v in places[:, 0]],
            "y": [round(float(v), 4) for v in places[:, 1]],
            "labels": [int(v) for v in labels],
            "classes": [[one, classes[one], of_class(one)] for one in present],
            "sheet": sprite((stamp, "map"), small, SHEET_COLUMNS, lossless=False),
            "sheetColumns": SHEET_COLUMNS,
            "side": [small.shape[2], small.shape[1]],
            "label": label,
            "words": {"none": without_canvas(), "keys": note("data", "point-dot-see"), "all": t("all classes")},
        },
    )  # fmt: skip


def _small(pixels: np.ndarray) -> np.ndarray:
    side = max(pixels.shape[1:3])
    if side <= MAX_SIDE:
        return pixels
    from clsf.data.resize import resized

    height, width = (max(1, round(length * MAX_SIDE / side)) for length in pixels.shape[1:3])
    return resized(pixels, height, width)


def pixels(image: np.ndarray, *, key: str, label: str) -> None:
    """Show an image, uint8 (h, w, c), as a picture and as numbers."""
    height, width, channels = image.shape
    names = [t("Grey")] if channels == 1 else [t("Red"), t("Green"), t("Blue")]
    _pixels(
        key=key,
        data={
            "pixels": base64.b64encode(np.ascontiguousarray(image).tobytes()).decode(),
            "height": height, "width": width, "channels": channels, "names": names,
            "tints": [list(one) for one in CHANNELS[:3]] if channels == 3 else [[128, 128, 128]], "window": WINDOW, "label": label,
            "words": {
                "none": without_canvas(),
                "keys": t("Arrow keys move the marked pixel; Home goes to the first one."),
                "place": t("row %r, column %c"),
                "nhwc": t("NHWC: number %n in memory"),
                "nchw": t("NCHW: number %n in memory"),
                "raw": "0–255", "unit": "0–1", "range": t("Numbers"),
            },
        },
    )  # fmt: skip
