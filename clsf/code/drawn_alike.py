"""What a run draws by chance, drawn without the rest of this package: a script of a run copies from here what it needs.

Twin of `clsf.data.shuffle`, `split`, `order` and `augment` and of `clsf.backends.initial`, which say why it is drawn like
this; a test holds both together.
"""

import heapq
from zlib import crc32

import numpy as np


def shuffled(count, *seeds):
    """Return 0 … count-1 in an order that the seeds decide, with every version of NumPy."""
    keys = np.random.PCG64(np.random.SeedSequence(seeds)).random_raw(count)
    return np.argsort(keys, kind="stable")


def rank_in_class(labels):
    """Return of each label how many of the same class stand before it."""
    counts = np.bincount(labels)
    rank = np.empty(len(labels), np.int64)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    rank[np.argsort(labels, kind="stable")] = np.arange(len(labels)) - first
    return rank


def fair_order(labels):
    """Return an order whose first k labels hold each class in its share (Tijdeman 1980)."""
    counts = np.bincount(labels)
    parts = 2 * max(np.count_nonzero(counts), 2) - 2
    rank, size = rank_in_class(labels), counts[labels] * parts
    opens = -((rank * parts + 1) * -len(labels) // size)
    until = (((rank + 1) * parts - 1) * len(labels) // size + 1).tolist()
    coming = np.lexsort((np.arange(len(labels)), opens)).tolist()
    ready, order, next_one = [], [], 0
    for place in range(1, len(labels) + 1):
        while next_one < len(coming) and opens[coming[next_one]] <= place:
            heapq.heappush(ready, (until[coming[next_one]], coming[next_one]))
            next_one += 1
        order.append(heapq.heappop(ready)[1])
    return np.array(order)


def split_indices(labels, share, seed):
    """Return which images train and which validate: of every class the same share."""
    counts = np.bincount(labels)
    wanted = counts * share
    taken = np.floor(wanted).astype(int)
    missing = max(round(counts.sum() * share), 1) - int(taken.sum())
    by_need = np.lexsort((np.arange(len(counts)), -counts, taken - wanted))
    spare = [c for c in by_need if taken[c] + 1 < counts[c]]
    taken[spare[: max(missing, 0)]] += 1
    taken = np.minimum(taken, np.maximum(counts - 1, 0))
    order = shuffled(len(labels), 1, seed)
    seen = labels[order]
    validates = rank_in_class(seen) < taken[seen]
    return order[~validates], order[validates]


def stream(*names):
    """Return random numbers of their own for these names."""
    parts = [SEED, *(crc32(str(name).encode()) for name in names)]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(parts)))


def dropout_mask(place, step, shape, rate):
    """Return which values a dropout layer keeps at a step, counted from 0: uint8, 1 keeps."""
    kept = stream("dropout", place, step).random(shape, dtype=np.float32) >= rate
    return kept.view(np.uint8)


def chances(epoch, numbers):
    """Return eight numbers in [0, 1) for each image: they decide how it is varied."""
    size = 1 << int(numbers.max()).bit_length()
    raw = np.random.PCG64(np.random.SeedSequence((3, SEED, epoch))).random_raw(size * 8)
    return (raw >> np.uint64(11)).astype(np.float64).reshape(size, 8)[numbers] / 2**53


def varied(images, epoch, numbers):
    """Vary uint8 images; the seed, the epoch and an image's number decide how."""
    chance = chances(epoch, numbers)
    images = moved(images, chance)
    if BRIGHTNESS:
        factor = 1 + BRIGHTNESS * (2 * chance[:, 4] - 1)
        images = np.rint(images * factor[:, None, None, None])
        images = np.clip(images, 0, 255).astype(np.uint8)
    return covered(images, chance) if CUTOUT else images


def moved(images, chance):
    """Mirror, turn and shift: ask of every pixel of the result where it comes from."""
    count, height, width, channels = images.shape
    down, right = ((chance[:, i] * (2 * SHIFT + 1)).astype(int) - SHIFT for i in (1, 2))
    y = np.arange(height)[None, :, None] - down[:, None, None]
    x = np.arange(width)[None, None, :] - right[:, None, None]
    mirrored = ((chance[:, 0] < 0.5) & FLIP)[:, None, None]
    image = np.arange(count)[:, None, None]
    if not ROTATION:
        x = np.where(mirrored, width - 1 - x, x)
        return images[image, np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    angle = np.deg2rad(ROTATION * (2 * chance[:, 3] - 1))[:, None, None]
    cos, sin = np.cos(angle), np.sin(angle)
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    dy, dx = y - middle_y, x - middle_x
    from_y, from_x = dx * sin + dy * cos + middle_y, dx * cos - dy * sin + middle_x
    from_x = np.where(mirrored, width - 1 - from_x, from_x)
    # Bilinear, in whole numbers: 256 places lie between two pixels.
    top, share_y = divmod(np.rint(from_y * 256).astype(int), 256)
    left, share_x = divmod(np.rint(from_x * 256).astype(int), 256)
    total = np.zeros((*from_y.shape, channels), int)
    for row, weight_y in ((top, 256 - share_y), (top + 1, share_y)):
        for column, weight_x in ((left, 256 - share_x), (left + 1, share_x)):
            seen = images[image, np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
            total += (weight_y * weight_x)[..., None] * seen
    return ((total + 2**15) >> 16).astype(np.uint8)


def covered(images, chance):
    """Cover a square in each image with the image's mean colour."""
    inside = []
    for i, size in ((5, images.shape[1]), (6, images.shape[2])):
        first = ((chance[:, i] * size).astype(int) - CUTOUT // 2)[:, None]
        inside.append((np.arange(size) >= first) & (np.arange(size) < first + CUTOUT))
    hole = inside[0][:, :, None] & inside[1][:, None, :]
    mean = np.rint(images.mean(axis=(1, 2), dtype=np.float64)).astype(np.uint8)
    return np.where(hole[..., None], mean[:, None, None, :], images)


SEED, FLIP, SHIFT, ROTATION, BRIGHTNESS, CUTOUT = 0, False, 0, 0.0, 0.0, 0  # a script has its own
