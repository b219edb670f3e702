"""From a drawing to an image like those of the data set: cut out, scaled and centred in the same way."""

from __future__ import annotations

import numpy as np

from clsf.data.resize import resized

FINE = 32  # pixels of a side at which the digits of scikit-learn were counted in cells of 4x4
DIGITS_WIDTH = 0.55, 0.8  # a digit's width, as a share of its height: nine of ten in the data set lie between
DIGITS_INK = 0.305  # of the pixels are ink, in every class between 0.30 and 0.32
MNIST_BOX = 20  # pixels of the longer side; LeCun et al. 1998, section III.A
MARK = 40  # of 255: fainter is no ink


def as_data(ink: np.ndarray, data: str, side: tuple[int, int]) -> np.ndarray:
    """Return a drawing, uint8 (s, s) with ink of 255, as uint8 (height, width, 1) white on black.

    "digits": as high as the image and as wide as most, with as much ink, then counted in cells as the originals were.
    "mnist": 20 pixels at its longer side, its centre of mass in the middle. Others: the whole sheet, as it was drawn.
    An empty drawing stays empty.
    """
    height, width = side
    box = _box(ink)
    if box is None:
        return np.zeros((height, width, 1), np.uint8)
    if data == "digits":
        return _counted(ink[box])
    if data == "mnist":
        return _by_mass(ink[box], height, width)
    return resized(ink[None, :, :, None], height, width)[0]


def centred(data: str) -> bool:
    """Whether drawings for this data set are cut out and centred."""
    return data in ("digits", "mnist")


def _box(ink: np.ndarray) -> tuple[slice, slice] | None:
    """Return the rectangle around the ink, None if there is none."""
    rows, columns = np.flatnonzero((ink > MARK).any(axis=1)), np.flatnonzero((ink > MARK).any(axis=0))
    if not len(rows):
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _counted(cut: np.ndarray) -> np.ndarray:
    """Return the 8x8 image that counting ink in cells of 4x4 gives, lines as thick as the data set's."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    low, high = DIGITS_WIDTH
    share = min(max(cut.shape[1] / cut.shape[0], low), high)
    width = round(FINE * share)
    fine = np.zeros((FINE, FINE), np.uint8)
    left = (FINE - width) // 2
    fine[:, left : left + width] = resized(cut[None, :, :, None], FINE, width)[0, :, :, 0]
    drawn = fine > 127
    if not drawn.any():
        drawn = fine >= max(fine.max(), 1)
    # The distance from the line's edge, negative inside: taking the nearest pixels makes lines thicker or thinner alike.
    distance = distance_transform_edt(~drawn) - distance_transform_edt(drawn)
    order = np.lexsort((-gaussian_filter(fine.astype(np.float64), 2.0).ravel(), distance.ravel()))
    ink = np.zeros(distance.size, bool)
    ink[order[: round(DIGITS_INK * distance.size)]] = True
    cells = ink.reshape(8, 4, 8, 4).sum(axis=(1, 3))  # 0 to 16
    return np.rint(cells * (255 / 16)).astype(np.uint8)[..., None]


def _by_mass(cut: np.ndarray, height: int, width: int) -> np.ndarray:
    scale = MNIST_BOX / max(cut.shape)
    high, wide = (max(1, round(s * scale)) for s in cut.shape)
    small = resized(cut[None, :, :, None], high, wide)[0, :, :, 0].astype(np.float64)
    total = max(small.sum(), 1.0)
    y, x = (small.sum(axis=1) @ np.arange(high)) / total, (small.sum(axis=0) @ np.arange(wide)) / total
    image = np.zeros((height, width), np.uint8)
    top = min(max(round((height - 1) / 2 - y), 0), height - high)
    left = min(max(round((width - 1) / 2 - x), 0), width - wide)
    image[top : top + high, left : left + wide] = small
    return image[..., None]
