"""Files bundled with scikit-learn, read without importing it: the import takes a second and 60 MB in each training process."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

PHOTOGRAPHS = ("china", "flower")


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return the handwritten digits: images, float64 (1797, 8, 8) from 0 to 16, and labels, int64 (1797,).

    The numbers of `sklearn.datasets.load_digits`: the test part of the UCI set "Optical Recognition of Handwritten Digits".
    """
    table = np.loadtxt(_folder() / "data" / "digits.csv.gz", delimiter=",")
    return table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(np.int64)


def photograph(name: str) -> np.ndarray:
    """Return one of PHOTOGRAPHS: uint8 (427, 640, 3), the pixels of `sklearn.datasets.load_sample_image`."""
    with Image.open(_folder() / "images" / f"{name}.jpg") as file:
        return np.asarray(file.convert("RGB"))


def _folder() -> Path:
    return Path(find_spec("sklearn").origin).parent / "datasets"
