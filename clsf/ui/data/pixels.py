"""One image as numbers: a window that moves over it shows the values of every channel, cell by cell.

The image is sent to the browser once; moving the window needs no request to the server.
"""

from __future__ import annotations

import base64

import numpy as np

from clsf.charts.palette import CHANNELS
from clsf.ui.shared.components import component
from clsf.ui.shared.no_canvas import without_canvas
from clsf.ui.shared.text import t

WINDOW = 8  # pixels per side

_component = component("clsf_pixels", __file__, "pixels")


def pixels(image: np.ndarray, *, key: str, label: str) -> None:
    """Show an image, uint8 (h, w, c), as a picture and as numbers."""
    height, width, channels = image.shape
    names = [t("Grey")] if channels == 1 else [t("Red"), t("Green"), t("Blue")]
    _component(
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
