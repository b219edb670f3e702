"""A drawing, a picture or a test image as input for the model, inside a worker: prepared like the data set, then predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from clsf.data.catalogue import info
from clsf.data.decode import decode, quietly
from clsf.data.resize import fitted
from clsf.errors import DataError
from clsf.predict import drawing
from clsf.predict.session import predict
from clsf.predict.values import ModelRequest, Prediction

SHEET = 64  # pixels of a side at which drawings arrive, and pictures of digits are read
MOST_FILE = 10_000_000  # bytes
FAINT = 0.25  # of the range between ground and ink: fainter pixels are shadow or noise, not ink

Ground = Literal["auto", "keep", "invert"]


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """A model's input and its prediction."""

    pixels: np.ndarray  # uint8 (height, width, channels), before scaling
    prediction: Prediction


def drawn(request: ModelRequest, sheet: np.ndarray) -> Tried | None:
    """Return the prediction for a drawing: uint8 (s, s) of ink, or (s, s, 3) in colour on white. None: no model here."""
    return asked(request, received(request, sheet))


def received(request: ModelRequest, sheet: np.ndarray) -> np.ndarray:
    """Return the model's input for a drawing, uint8 (height, width, channels), before scaling."""
    data, (height, width, _) = request.plan["data"], _own_shape(request)
    image = drawing.as_data(sheet, data, (height, width)) if sheet.ndim == 2 else fitted(sheet[None], (height, width, 3))[0]
    return fitted(image[None], request.shape)[0]


def uploaded(request: ModelRequest, file: bytes, ground: Ground = "auto") -> Tried | None:
    """Return the prediction for a PNG, JPEG or WebP file. Raises DataError with a message for an unusable file.

    It is turned upright (EXIF), put on white where it is transparent, cut to a square around its centre and resized. Grey
    data sets are light on dark: `ground` "auto" inverts a picture whose edge is bright, "invert" any, "keep" none.
    """
    if len(file) > MOST_FILE:
        raise DataError(
            "This picture can't be used. It has {size} MB, but at most {most} MB are read. Save it smaller and try again.",
            size=f"{len(file) / 1e6:.1f}", most=MOST_FILE // 1_000_000,
        )  # fmt: skip
    if not file:
        raise DataError("This picture can't be used. The file is empty.")
    data, (height, width, channels) = request.plan["data"], _own_shape(request)
    centred = drawing.centred(data)
    side = (SHEET, SHEET) if centred else (height, width)
    try:
        image = quietly(lambda: decode(file, *side, channels))
    except DataError as error:
        raise DataError("This picture can't be used. {why}", why=error.sentence) from error
    if channels == 1 and (ground == "invert" or (ground == "auto" and _bright_edge(image))):
        image = 255 - image
    if centred:
        image = drawing.as_data(_inked(image[..., 0]), data, (height, width))
    return asked(request, fitted(image[None], request.shape)[0])


def asked(request: ModelRequest, pixels: np.ndarray) -> Tried | None:
    """Return the prediction for one prepared image, uint8 (height, width, channels)."""
    answer = predict(request, pixels[None])
    return None if answer is None else Tried(pixels, answer)


def _own_shape(request: ModelRequest) -> tuple[int, int, int]:
    """Return the shape of the data set's images before preparation; the model's input shape if the set is not on this machine."""
    try:
        return info(request.plan["data"]).shape
    except DataError:
        return request.shape


def _bright_edge(image: np.ndarray) -> bool:
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return float(np.median(edge)) > 127


def _inked(grey: np.ndarray) -> np.ndarray:
    """Return a light-on-dark picture, uint8 (s, s), as ink: its ground is 0, its lightest 255, and shadows are gone."""
    ground, ink = float(np.median(grey)), float(np.percentile(grey, 99.5))
    if ink - ground < 20:  # no contrast
        return np.zeros_like(grey)
    share = np.clip((grey - ground) / (ink - ground), 0, 1)
    return np.rint(255 * np.where(share < FAINT, 0, share)).astype(np.uint8)
