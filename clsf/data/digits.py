"""The handwritten digits that come with scikit-learn: real, small, and here without a network."""

from __future__ import annotations

import numpy as np

from clsf.data.images import Images
from clsf.data.split import split

TEST = 360
"""Images of the test part. scikit-learn has none, so a fixed fifth is set aside, the same for everybody."""

SPLIT_SEED = 1797


def load_digits() -> tuple[Images, Images]:
    """Return 1,437 training and 360 test images of 8x8 grey pixels, each class in the same share in both."""
    from sklearn import datasets

    digits = datasets.load_digits()
    # The original counts how many of 4x4 black-and-white pixels are set, 0 to 16.
    pixels = np.rint(digits.images * (255 / 16)).astype(np.uint8)[..., None]
    labels = digits.target.astype(np.int64)
    classes = tuple(str(name) for name in digits.target_names)
    train, test = split(labels, TEST / len(labels), SPLIT_SEED, version=1)  # the stored order is part of what stored runs mean
    return Images(pixels[train], labels[train], classes), Images(pixels[test], labels[test], classes)
