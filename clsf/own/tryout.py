"""A ready-made collection, without camera or network: two photographs from scikit-learn, and our shapes.

A "recording" is one place of a photograph, or one shape, shown repeatedly with a little noise, light and movement, as by a
camera on a table. So it also shows what near-equal frames do to a split.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from clsf.data import bundled
from clsf.data.shapes import draw_shapes
from clsf.own.collection import SIDE, Collection, OwnClass

RECORDINGS, FRAMES = 6, 5  # of each class, and of each recording
SEED = 27
LIGHT, MOVED, NOISE = 12, 5, 4  # at most brighter or darker, at most pixels to a side, deviation of the noise in pixel values
CUT = 200, 320  # sides in pixels of a square that is cut out of a photograph

PHOTOGRAPHS = {"temple": "china", "flower": "flower"}
SHAPE = "star"


@cache
def tryout() -> Collection:
    """Return the collection: temple, flower, star; 6 recordings of 5 frames each."""
    random = np.random.Generator(np.random.PCG64(SEED))
    kinds = [_kind(name, _cuts(bundled.photograph(file), random), random) for name, file in PHOTOGRAPHS.items()]
    drawn = draw_shapes(200, SEED)
    stars = drawn.pixels[drawn.labels == drawn.classes.index(SHAPE)][:RECORDINGS]
    kinds.append(_kind(SHAPE, [_sized(pixels) for pixels in stars], random))
    first, numbered = 0, []
    for kind in kinds:
        numbered.append(OwnClass(kind.name, kind.pixels, kind.recordings + first))
        first += RECORDINGS
    return Collection(tuple(numbered))


@cache
def strangers() -> np.ndarray:
    """Return images of no class of the try-out set: other shapes, plain greys, noise; uint8 (n, SIDE, SIDE, 3)."""
    random = np.random.Generator(np.random.PCG64(SEED + 1))
    drawn = draw_shapes(60, SEED + 1)
    others = drawn.pixels[drawn.labels != drawn.classes.index(SHAPE)][:16]
    greys = [np.full((SIDE, SIDE, 3), level, np.uint8) for level in (40, 120, 200)]
    noise = [_sized(random.integers(0, 256, (16, 16, 3), dtype=np.uint8)) for _ in range(3)]
    return np.stack([*map(_sized, others), *greys, *noise])


def _cuts(photograph: np.ndarray, random: np.random.Generator) -> list[np.ndarray]:
    """Return squares of a photograph, each at another place and of another size."""
    height, width, _ = photograph.shape
    places = []
    for _ in range(RECORDINGS):
        side = int(random.integers(*CUT))
        top, left = int(random.integers(0, height - side)), int(random.integers(0, width - side))
        places.append(_sized(photograph[top : top + side, left : left + side]))
    return places


def _kind(name: str, places: list[np.ndarray], random: np.random.Generator) -> OwnClass:
    frames = [_varied(place, random) for place in places for _ in range(FRAMES)]
    return OwnClass(name, np.stack(frames), np.repeat(np.arange(RECORDINGS), FRAMES))


def _varied(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return the same place with small changes, as in the next frame."""
    down, right = random.integers(-MOVED, MOVED + 1, 2)
    wide = np.pad(pixels, ((MOVED, MOVED), (MOVED, MOVED), (0, 0)), mode="edge")
    moved = wide[MOVED + down : MOVED + down + SIDE, MOVED + right : MOVED + right + SIDE]
    light = random.uniform(-LIGHT, LIGHT) + random.normal(0, NOISE, moved.shape)
    return np.clip(np.rint(moved + light), 0, 255).astype(np.uint8)


def _sized(pixels: np.ndarray) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
