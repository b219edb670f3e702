"""The data set "shapes", drawn without the rest of this package: these lines are copied into scripts, pixel for pixel the same.

Twin of `clsf.data.shapes`, which says why it is drawn like this.
"""

import numpy as np
from PIL import Image, ImageDraw

SIDE = 32  # pixels
FINE = 4  # outlines are drawn this much larger and averaged down, which smooths their edges


def draw_shapes(count, seed):
    """Draw colour images of ten shapes; return uint8 (count, 32, 32, 3) and labels 0 … 9."""
    outlines = list(OUTLINES.values())
    keys = np.random.PCG64(np.random.SeedSequence((seed,))).random_raw(count)
    labels = np.argsort(keys, kind="stable")
    labels = labels % len(outlines)
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, 1))))
    parts = []
    for start in range(0, count, 500):
        chunk = labels[start : start + 500]
        covered = np.stack([draw_outline(outlines[label], random.random(4)) for label in chunk])
        parts.append(give_colours(covered, random))
    return np.concatenate(parts), labels


def draw_outline(outline, chance):
    """Return how much of each pixel the shape covers, from 0 to 1."""
    radius = 0.3 + (0.46 - 0.3) * chance[0]
    x, y = radius + (1 - 2 * radius) * chance[1:3]
    turn = np.radians(20 * (2 * chance[3] - 1))
    c, s = radius * np.cos(turn), radius * np.sin(turn)
    canvas = Image.new("L", (SIDE * FINE, SIDE * FINE))
    draw = ImageDraw.Draw(canvas)
    for fill, corners in zip((255, 0), outline, strict=False):  # a second row of corners is a hole
        points = [(x + c * u - s * v, y - s * u - c * v) for u, v in corners]
        draw.polygon([(SIDE * FINE * px, SIDE * FINE * py) for px, py in points], fill)
    return np.asarray(canvas.reduce(FINE), np.float64) / 255


def give_colours(covered, random):
    """Colour shapes and grounds apart from each other, shade the grounds, add noise."""
    count = len(covered)
    ground, shape = 255 * random.random((2, count, 3))
    near = np.abs(shape - ground).max(axis=1) < 120
    channel = (3 * random.random(count)).astype(int)
    there = np.arange(count)[near], channel[near]
    shape[there] = np.where(ground[there] < 128, ground[there] + 120, ground[there] - 120)
    slope = 20 * (2 * random.random((2, count, 1, 1)) - 1)
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    shade = (slope[0] * y + slope[1] * x)[..., None]
    noise = 6 * (2 * random.random((3, count, SIDE, SIDE, 3)) - 1).sum(axis=0)
    share = covered[..., None]
    image = (1 - share) * (ground[:, None, None] + shade) + share * shape[:, None, None] + noise
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def star(points, radii):
    """Return corners at equal angles, the first at the top; their radii alternate."""
    count = points * len(radii)
    turns = [2 * np.pi * k / count for k in range(count)]
    return [(-r * np.sin(t), r * np.cos(t)) for t, r in zip(turns, radii * points, strict=True)]


def heart():
    turns = [2 * np.pi * k / 40 for k in range(40)]
    height = [13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t) for t in turns]
    width = [16 * np.sin(t) ** 3 for t in turns]
    return [(u / 17.3, (v + 0.5) / 17.3) for u, v in zip(width, height, strict=True)]


def cross(arm):
    reach = (1 - arm**2) ** 0.5
    corner = [(reach, -arm), (reach, arm), (arm, arm)]
    turns = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    return [(c * u - s * v, s * u + c * v) for c, s in turns for u, v in corner]


ARROW = [(1, 0), (0.1, 0.8), (0.1, 0.3), (-0.95, 0.3), (-0.95, -0.3), (0.1, -0.3), (0.1, -0.8)]

OUTLINES = {
    "circle": [star(40, [1.0])],
    "ring": [star(40, [1.0]), star(40, [0.55])],
    "triangle": [star(3, [1.0])],
    "square": [[(0.7, 0.7), (-0.7, 0.7), (-0.7, -0.7), (0.7, -0.7)]],
    "diamond": [[(0, 1), (-0.6, 0), (0, -1), (0.6, 0)]],
    "pentagon": [star(5, [1.0])],
    "star": [star(5, [1, 0.4])],
    "cross": [cross(0.3)],
    "arrow": [ARROW],
    "heart": [heart()],
}
