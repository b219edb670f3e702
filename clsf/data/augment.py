"""Augmenting training images: flipped, rotated, shifted, brighter or darker, partly covered; the same pixels for both frameworks.

The seed, the epoch and the index of an image alone decide how it changes: not its batch, the process, or the order of
the calls. So TensorFlow and PyTorch train on the same augmented images, and a stored run can be repeated.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from clsf.plan import Augmentation

PURPOSE = 3
"""Goes into the seed; see `clsf.data.split.PURPOSE`."""

DRAWS = 8
"""Random numbers drawn for each image, used or not, so that one setting does not change the effect of another."""

FLIP, DOWN, RIGHT, TURN, BRIGHTNESS, HOLE_Y, HOLE_X = range(7)

FINE = 256
"""Positions between two neighbouring pixels: integers make bilinear values the same on every machine."""


def augment(pixels: np.ndarray, augmentation: Augmentation, seed: int, epoch: int, indices: np.ndarray) -> np.ndarray:
    """Return each image augmented in its own way: uint8 (n, h, w, c), a new array unless nothing changes.

    pixels:  uint8 (n, h, w, c); row i is image number `indices[i]` of its data set
    indices: whole numbers from 0, (n,); together with `seed` and `epoch` they decide the changes

    In this order: mirrored left and right (every second image); turned about the centre by an angle drawn from
    [-rotation, rotation] degrees, bilinear; shifted by whole pixels drawn from -shift … shift in each direction, which is a crop
    of the image with a border added; multiplied by a number drawn from [1 - brightness, 1 + brightness]; a square of side
    `cutout` around a drawn pixel, cut off at the edges, filled with the image's mean colour (DeVries & Taylor 2017,
    arXiv:1708.04552). Pixels from outside are copies of the nearest pixel of the edge.
    """
    if not augmentation.any or not len(pixels):
        return pixels
    chance = chances(seed, epoch, indices)
    out = _moved(pixels, augmentation, chance) if _moves(augmentation) else pixels
    if augmentation.brightness:
        factor = 1 + augmentation.brightness * (2 * chance[:, BRIGHTNESS] - 1)
        out = np.clip(np.rint(out * factor[:, None, None, None]), 0, 255).astype(np.uint8)
    if augmentation.cutout:
        out = _covered(out, augmentation.cutout, chance)
    return out


def chances(seed: int, epoch: int, indices: np.ndarray) -> np.ndarray:
    """Return the random numbers of these images: float64 (n, DRAWS) in [0, 1)."""
    indices = np.asarray(indices, np.int64)
    size = 1 << int(indices.max()).bit_length()  # a few sizes only: the next batch can reuse the table
    return _table(seed, epoch, size)[indices]


def drawn(augmentation: Augmentation, seed: int, epoch: int, index: int, height: int, width: int) -> dict[str, object]:
    """Return the changes of one image as numbers: flip, angle (degrees, anticlockwise), down, right (pixels), factor, hole."""
    chance = chances(seed, epoch, np.array([index]))
    down, right = (int(x[0]) for x in _shifts(augmentation, chance))
    hole = tuple(int(a[0]) for a in _hole(augmentation.cutout, chance, height, width)) if augmentation.cutout else None
    return {
        "flip": bool(augmentation.flip and chance[0, FLIP] < 0.5),
        "angle": float(_angles(augmentation, chance)[0]),
        "down": down,
        "right": right,
        "factor": float(1 + augmentation.brightness * (2 * chance[0, BRIGHTNESS] - 1)),
        "hole": hole,  # (top, bottom, left, right), the second of each pair not included
    }


@lru_cache(maxsize=4)
def _table(seed: int, epoch: int, size: int) -> np.ndarray:
    """Draw a table row by row from one stream of raw numbers, so that a larger table begins like a smaller one. See `clsf.data.shuffle`."""
    raw = np.random.PCG64(np.random.SeedSequence((PURPOSE, seed, epoch))).random_raw(size * DRAWS)
    table = (raw >> np.uint64(11)).astype(np.float64).reshape(size, DRAWS) / 2**53
    table.setflags(write=False)
    return table


def _moves(augmentation: Augmentation) -> bool:
    return bool(augmentation.flip or augmentation.shift or augmentation.rotation)


def _shifts(augmentation: Augmentation, chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    steps = 2 * augmentation.shift + 1
    return tuple((chance[:, which] * steps).astype(np.int64) - augmentation.shift for which in (DOWN, RIGHT))


def _angles(augmentation: Augmentation, chance: np.ndarray) -> np.ndarray:
    return augmentation.rotation * (2 * chance[:, TURN] - 1)


def _moved(pixels: np.ndarray, augmentation: Augmentation, chance: np.ndarray) -> np.ndarray:
    """Compute for every pixel of the result where it comes from: undo the shift, undo the rotation, mirror."""
    count, height, width, _ = pixels.shape
    down, right = (shift[:, None, None] for shift in _shifts(augmentation, chance))
    y = np.arange(height)[None, :, None] - down  # (n, h, 1)
    x = np.arange(width)[None, None, :] - right  # (n, 1, w)
    mirrored = ((chance[:, FLIP] < 0.5) & augmentation.flip)[:, None, None]
    image = np.arange(count)[:, None, None]
    if not augmentation.rotation:
        x = np.where(mirrored, width - 1 - x, x)
        return pixels[image, _inside(y, height), _inside(x, width)]
    angle = np.deg2rad(_angles(augmentation, chance))[:, None, None]
    cos, sin = np.cos(angle), np.sin(angle)
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    dy, dx = y - middle_y, x - middle_x
    # Rows count downwards, so an anticlockwise turn takes (x, y) from (x cos - y sin, x sin + y cos).
    from_y, from_x = dx * sin + dy * cos + middle_y, dx * cos - dy * sin + middle_x
    from_x = np.where(mirrored, width - 1 - from_x, from_x)
    return _between(pixels, image, np.rint(from_y * FINE).astype(np.int64), np.rint(from_x * FINE).astype(np.int64))


def _between(pixels: np.ndarray, image: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the bilinear values at y and x, (n, h, w) in parts of a pixel."""
    height, width = pixels.shape[1:3]
    (top, share_y), (left, share_x) = divmod(y, FINE), divmod(x, FINE)
    total = np.zeros((*y.shape, pixels.shape[3]), np.int64)
    for row, weight_y in ((top, FINE - share_y), (top + 1, share_y)):
        for column, weight_x in ((left, FINE - share_x), (left + 1, share_x)):
            seen = pixels[image, _inside(row, height), _inside(column, width)]
            total += (weight_y * weight_x)[..., None] * seen
    return ((total + FINE * FINE // 2) // (FINE * FINE)).astype(np.uint8)


def _inside(place: np.ndarray, size: int) -> np.ndarray:
    return np.clip(place, 0, size - 1)


def _hole(side: int, chance: np.ndarray, height: int, width: int) -> tuple[np.ndarray, ...]:
    """Return top, bottom, left and right of the covered squares, each (n,); the second of a pair is not covered."""
    edges = []
    for which, size in ((HOLE_Y, height), (HOLE_X, width)):
        first = (chance[:, which] * size).astype(np.int64) - side // 2
        edges += [np.maximum(first, 0), np.minimum(first + side, size)]
    return tuple(edges)


def _covered(pixels: np.ndarray, side: int, chance: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[1:3]
    top, bottom, left, right = (edge[:, None] for edge in _hole(side, chance, height, width))
    rows, columns = np.arange(height), np.arange(width)
    hole = ((rows >= top) & (rows < bottom))[:, :, None] & ((columns >= left) & (columns < right))[:, None, :]
    mean = np.rint(pixels.mean(axis=(1, 2), dtype=np.float64)).astype(np.uint8)  # (n, c)
    return np.where(hole[..., None], mean[:, None, None, :], pixels)
