"""The handwritten digits that come with scikit-learn: real, small, and available offline."""

from __future__ import annotations

import numpy as np

from clsf.data import bundled
from clsf.data.images import Images
from clsf.data.split import split

TEST = 360
"""Images of the test part. scikit-learn has none, so a fixed fifth is set aside, the same for everyone."""

SPLIT_SEED = 1797


def load_digits() -> tuple[Images, Images]:
    """Return 1,437 training and 360 test images of 8x8 grey pixels, each class in the same share in both."""
    counts, labels = bundled.digits()  # how many of 4x4 black-and-white pixels are set, 0 to 16
    pixels = np.rint(counts * (255 / 16)).astype(np.uint8)[..., None]
    classes = tuple(map(str, range(10)))
    train, test = split(labels, TEST / len(labels), SPLIT_SEED, version=1)  # the stored order is part of what stored runs mean
    return Images(pixels[train], labels[train], classes), Images(pixels[test], labels[test], classes)
