"""Equal and near-equal images: by their bytes, by perceptual hashes that are checked against the pixels, and shifted.

A hash alone can't tell a copy from another image of the same thing: most ones in a set of digits share a hash. So each pair that
the hashes propose is measured: the distance between the two images, divided by the distance of an image to its tenth-nearest
neighbour. In a clean set the number of pairs falls smoothly towards small ratios, and this curve gives the number of chance
pairs below any ratio. Pairs are copies only where far more are found than that. The same is done with a second measure, for
images that were shifted and cropped, see `clsf.data.leaks.moved`.
"""

from __future__ import annotations

import hashlib

import numpy as np
from PIL import Image

from clsf.data.leaks import moved

MOST = 30_000  # images that are compared by hashes; a sample of larger sets
BITS = 12  # of 64 that two hashes may differ in
SIDE = 8  # pixels of the small images that are measured
HASHED = 32  # pixels side of the image that phash uses
NEIGHBOUR = 10
SAMPLED = 2000  # images searched for an image's neighbours
HIGHEST = 0.42  # ratio above which nothing is called a copy
BACKGROUND = 0.4, 0.6
"""Ratios between which the curve of a clean set is measured."""
FALSE = 0.1  # share of the pairs found that may be due to chance
FALSE_MOVED = 0.02  # of those found by moving one over the other: more ways to fit, so more pairs by chance
CLOSEST = 2  # images that are shifted over each, besides those that hashes propose

Pairs = np.ndarray
"""int64 (n, 2), each row two images, the smaller number first."""


def same(pixels: np.ndarray) -> list[np.ndarray]:
    """Return the groups of equal images, uint8 (n, h, w, c): each a list of two or more image numbers, ascending."""
    places: dict[bytes, list[int]] = {}
    for number, image in enumerate(pixels):
        places.setdefault(hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16).digest(), []).append(number)
    return [np.array(numbers) for numbers in places.values() if len(numbers) > 1]


def near(pixels: np.ndarray, seed: int = 0) -> Pairs:
    """Return the pairs of images that are almost the same, the most similar first; equal images are not included.

    Also finds copies that are mirrored, shifted by a few pixels or cropped. Of more than `MOST` images, a sample is compared, drawn
    with the seed.
    """
    rng = np.random.default_rng(seed)
    among = np.arange(len(pixels)) if len(pixels) <= MOST else np.sort(rng.permutation(len(pixels))[:MOST])
    if len(among) < 3:
        return np.empty((0, 2), np.int64)
    images = [_picture(image) for image in pixels[among]]
    small, grey = _small(images), moved.pictures(images)
    hashed = [image.convert("L").resize((HASHED, HASHED), Image.Resampling.LANCZOS) for image in images]
    unit = _unit(small)
    apart = _neighbours(unit, rng)
    grey_apart = None if grey is None else _neighbours(moved.unit(grey), rng)
    pairs = []
    plain = hashes(hashed)
    for mirrored in (False, True):
        other = hashes([image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for image in hashed]) if mirrored else plain
        turned = _unit(small[:, :, ::-1]) if mirrored else unit
        one, two = _close(plain, other)
        distance = np.sqrt(np.maximum(2 - 2 * np.einsum("nd,nd->n", unit[one], turned[two]), 0))
        ratio = distance / np.maximum(np.minimum(apart[one], apart[two]), 1e-6)
        pairs.append(_copies(one, two, ratio, pixels, among))
        if grey is not None:
            one, two = _joined((one, two), _nearest(unit, turned))
            ratio = moved.ratios(one, two, grey, grey[:, :, ::-1] if mirrored else grey, grey_apart)
            pairs.append(_copies(one, two, ratio, pixels, among, FALSE_MOVED))
    rows = np.concatenate(pairs)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    numbers = rows[:, 1:].astype(np.int64)
    _, first = np.unique(numbers, axis=0, return_index=True)
    return among[numbers[np.sort(first)]].reshape(-1, 2)


def _copies(
    one: np.ndarray, two: np.ndarray, ratio: np.ndarray, pixels: np.ndarray, among: np.ndarray, false: float = FALSE
) -> np.ndarray:
    """Return the pairs that are copies and not equal, float64 (n, 3): ratio and two numbers."""
    keep = np.ones(len(ratio), bool)
    under = np.flatnonzero(ratio < HIGHEST)
    keep[under] = [not np.array_equal(pixels[among[one[n]]], pixels[among[two[n]]]) for n in under]
    one, two, ratio = one[keep], two[keep], ratio[keep]
    close = ratio <= _limit(ratio, false)
    return np.column_stack([ratio[close], one[close], two[close]])


def hashes(images: list[Image.Image]) -> np.ndarray:
    """Return the perceptual hash of each Pillow image, uint64 (n,). Source: ImageHash's phash, the signs of a cosine transform."""
    import imagehash

    bits = np.array([imagehash.phash(image).hash for image in images]).reshape(len(images), 64)
    return np.packbits(bits, axis=1).view(np.uint64)[:, 0]


def _picture(image: np.ndarray) -> Image.Image:
    return Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)


def _small(images: list[Image.Image]) -> np.ndarray:
    """Return each image downscaled: float32 (n, h, w, channels)."""
    width, height = images[0].size
    size = min(SIDE, width), min(SIDE, height)
    small = np.stack([np.asarray(image.resize(size, Image.Resampling.BOX), np.float32) for image in images])
    return small.reshape(len(images), size[1], size[0], -1)


def _unit(small: np.ndarray) -> np.ndarray:
    """Return small images without their brightness and contrast: float32 (n, numbers), each of length 1."""
    flat = (small - small.mean(axis=(1, 2), keepdims=True)).reshape(len(small), -1)
    return flat / (np.linalg.norm(flat, axis=1, keepdims=True) + 1e-3)


def _neighbours(small: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return each image's distance to its tenth-nearest neighbour, estimated from a sample. float32 (n,)"""
    sample = rng.permutation(len(small))[:SAMPLED]
    rank = min(max(round(NEIGHBOUR * len(sample) / len(small)), 2), max(len(sample) // 3, 1))
    distances = np.empty(len(small), np.float32)
    for start in range(0, len(small), 1000):
        squared = 2 - 2 * small[start : start + 1000] @ small[sample].T
        distances[start : start + 1000] = np.sqrt(np.maximum(np.partition(squared, rank, axis=1)[:, rank], 0))
    return distances


def _close(one: np.ndarray, two: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of numbers, the first the smaller, whose hashes differ in few bits."""
    first, second = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, len(one), 500):
        part = one[start : start + 500, None]
        rows, columns = np.nonzero(np.bitwise_count(part ^ two[None, start:]) <= BITS)
        keep = rows < columns
        first.append(rows[keep] + start)
        second.append(columns[keep] + start)
    return np.concatenate(first), np.concatenate(second)


def _nearest(one: np.ndarray, two: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of each image and the `CLOSEST` most similar to it, of images of length 1, the first number the smaller."""
    closest = np.empty((len(one), CLOSEST), np.int64)
    for start in range(0, len(one), 500):
        alike = one[start : start + 500] @ two.T
        rows = np.arange(len(alike))
        alike[rows, start + rows] = -np.inf
        for place in range(CLOSEST):
            closest[start + rows, place] = alike.argmax(axis=1)
            alike[rows, closest[start + rows, place]] = -np.inf
    first, second = np.repeat(np.arange(len(one)), CLOSEST), closest.ravel()
    return np.minimum(first, second), np.maximum(first, second)


def _joined(*pairs: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return each pair once."""
    whole = np.unique(np.concatenate([np.column_stack(some) for some in pairs]), axis=0)
    return whole[:, 0], whole[:, 1]


def _limit(ratio: np.ndarray, false: float) -> np.floating | float:
    """Return the ratio below which pairs are copies: chance accounts for at most the share `false` of the pairs found.

    Between two ratios the count of a clean set grows as a power; its exponent is the set's inner dimension.
    """
    low, high = BACKGROUND
    many, few = np.count_nonzero(ratio < high) + 1, np.count_nonzero(ratio < low) + 1
    power = max(np.log(many / few) / np.log(high / low), 5.0)
    ordered = np.sort(ratio[ratio < HIGHEST])
    chance = many * (ordered / high) ** power
    good = np.flatnonzero(chance <= false * np.arange(1, len(ordered) + 1))
    return ordered[good[-1]] if len(good) else -1.0
