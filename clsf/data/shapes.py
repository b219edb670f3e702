"""Shapes: a data set drawn by our own code, so that colour images are available offline.

Ten outlines in any place, size, turn and colour on a shaded, noisy ground: a small network learns them well, but has to
to learn to ignore all of that first.
"""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np

from clsf.data.images import Images
from clsf.data.progress import Progress, silent
from clsf.data.shuffle import shuffled

SIDE = 32  # pixels
FINE = 4  # outlines are drawn this much larger and averaged down, which smooths their edges
CHUNK = 500  # images drawn between two progress reports

# Chosen so that the lecture's network is right for 93 of 100 test images after five epochs: with free turning,
# small shapes and faint colours it was hardly better than chance by then.
SMALLEST, LARGEST = 0.3, 0.46  # radius of the shape, in sides of the image
TURN = 20  # degrees to either side
CONTRAST = 120  # least distance between the colours of shape and ground, in one channel at least, 0 to 255
SHADE = 20  # the largest change of the ground's brightness from its middle to an edge, in pixel values
NOISE = 6  # standard deviation of the noise, in pixel values

Point = tuple[float, float]


def draw_shapes(count: int, seed: int, progress: Progress = silent) -> Images:
    """Draw `count` images of 32x32x3, the classes equally often (to within one image) and in mixed order."""
    classes = tuple(OUTLINES)
    labels = shuffled(count, seed) % len(classes)
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, 1))))
    pixels = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for start in range(0, count, CHUNK):
        progress("prepare", start, count)
        chunk = slice(start, start + CHUNK)
        covered = np.stack([_covered(OUTLINES[classes[label]], random.random(4)) for label in labels[chunk]])
        pixels[chunk] = _coloured(covered, random)
    progress("prepare", count, count)
    return Images(pixels, labels, classes)


def _covered(outlines: list[list[Point]], chance: np.ndarray) -> np.ndarray:
    """Return how much of each pixel a shape covers, float64 (32, 32) in [0, 1]; `chance` is four numbers in [0, 1)."""
    from PIL import Image, ImageDraw

    radius = SMALLEST + (LARGEST - SMALLEST) * chance[0]
    x, y = radius + (1 - 2 * radius) * chance[1:3]  # the circle around the shape stays inside the image
    turn = radians(TURN * (2 * chance[3] - 1))
    c, s = radius * cos(turn), radius * sin(turn)
    canvas = Image.new("L", (SIDE * FINE, SIDE * FINE))
    draw = ImageDraw.Draw(canvas)
    for fill, outline in zip((255, 0), outlines, strict=False):  # a second outline is a hole
        draw.polygon([(SIDE * FINE * (x + c * u - s * v), SIDE * FINE * (y - s * u - c * v)) for u, v in outline], fill)
    return np.asarray(canvas.reduce(FINE), np.float64) / 255


def _coloured(covered: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Give shape and ground their colours, uint8 (n, 32, 32, 3) for `covered` of (n, 32, 32)."""
    count = len(covered)
    ground, shape = 255 * random.random((2, count, 3))
    # Where the colours are too similar, one channel of the shape moves to the far side of the ground's.
    near = np.abs(shape - ground).max(axis=1) < CONTRAST
    channel = (3 * random.random(count)).astype(int)
    there = np.arange(count)[near], channel[near]
    shape[there] = np.where(ground[there] < 128, ground[there] + CONTRAST, ground[there] - CONTRAST)
    slope = SHADE * (2 * random.random((2, count, 1, 1)) - 1)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    shade = (slope[0] * y + slope[1] * x)[..., None]
    # Three uniform numbers in [-1, 1) add up to a deviation of 1 and a nearly normal shape.
    noise = NOISE * (2 * random.random((3, count, SIDE, SIDE, 3)) - 1).sum(axis=0)
    share = covered[..., None]
    image = (1 - share) * (ground[:, None, None] + shade) + share * shape[:, None, None] + noise
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _regular(corners: int, radius: float = 1.0) -> list[Point]:
    return _star(corners, [radius])


def _star(points: int, radii: list[float]) -> list[Point]:
    """Return corners at equal angles, the first at the top; their radii alternate."""
    count = points * len(radii)
    return [(-r * sin(2 * pi * k / count), r * cos(2 * pi * k / count)) for k, r in enumerate(radii * points)]


def _cross(arm: float) -> list[Point]:
    reach = (1 - arm**2) ** 0.5  # so that the corners lie on the unit circle
    corner = [(reach, -arm), (reach, arm), (arm, arm)]
    turns = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    return [(c * u - s * v, s * u + c * v) for c, s in turns for u, v in corner]


def _heart() -> list[Point]:
    # The well-known curve, moved and scaled into the unit circle.
    turns = [2 * pi * k / 40 for k in range(40)]
    curve = [(16 * sin(t) ** 3, 13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)) for t in turns]
    return [(u / 17.3, (v + 0.5) / 17.3) for u, v in curve]


OUTLINES: dict[str, list[list[Point]]] = {
    "circle": [_regular(40)],
    "ring": [_regular(40), _regular(40, 0.55)],
    "triangle": [_regular(3)],
    "square": [[(0.7, 0.7), (-0.7, 0.7), (-0.7, -0.7), (0.7, -0.7)]],
    "diamond": [[(0, 1), (-0.6, 0), (0, -1), (0.6, 0)]],
    "pentagon": [_regular(5)],
    "star": [_star(5, [1, 0.4])],
    "cross": [_cross(0.3)],
    "arrow": [[(1, 0), (0.1, 0.8), (0.1, 0.3), (-0.95, 0.3), (-0.95, -0.3), (0.1, -0.3), (0.1, -0.8)]],
    "heart": [_heart()],
}
"""Class -> corners (x to the right, y up) around (0, 0), within a radius of 1; a second list of corners is cut out."""
