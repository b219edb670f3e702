"""Scikit-learn's bundled data is read as scikit-learn reads it."""

import numpy as np
import pytest
from sklearn import datasets

from clsf.data import bundled


def test_the_digits_are_those_of_scikit_learn():
    images, labels = bundled.digits()
    theirs = datasets.load_digits()
    assert np.array_equal(images, theirs.images)
    assert np.array_equal(labels, theirs.target)
    assert labels.dtype == np.int64


@pytest.mark.parametrize("name", bundled.PHOTOGRAPHS)
def test_a_photograph_has_the_pixels_of_scikit_learn(name):
    pixels = bundled.photograph(name)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, datasets.load_sample_image(f"{name}.jpg"))
