"""A data set as one .npz file, for scripts that can't get the images from a library."""

from __future__ import annotations

import io

import numpy as np

from clsf.data.images import Dataset


def dataset_npz(dataset: Dataset) -> bytes:
    """Return x_train, y_train and, where there are any, x_val, y_val, x_test and y_test, as in Keras' mnist.npz; compressed.

    Images are uint8 (n, height, width, channels), labels int64 (n,); `classes` has the names.
    """
    arrays = {"x_train": dataset.train.pixels, "y_train": dataset.train.labels}
    own = dataset.validation
    if own is not None:
        arrays |= {"x_val": own.pixels, "y_val": own.labels}
    if dataset.test is not None:
        arrays |= {"x_test": dataset.test.pixels, "y_test": dataset.test.labels}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays, classes=np.array(dataset.train.classes))
    return file.getvalue()
