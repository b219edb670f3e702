"""A few of a run's images by their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from clsf.data.pick import SIDE, pixels
from clsf.data.sources import open_dataset
from clsf.errors import ClsfError
from clsf.plan import Plan, Preparation


def test_the_images_are_those_of_these_numbers():
    found = pixels(Plan("digits").to_json(), [5, 0, 5])
    np.testing.assert_array_equal(found, open_dataset("digits").train.pixels[[5, 0, 5]])


def test_they_are_prepared_as_the_plan_says_and_sent_small():
    found = pixels(Plan("digits", Preparation(image_size=100, colour="rgb")).to_json(), [1])
    assert found.shape[3] == 3
    assert max(found.shape[1:3]) <= SIDE


@pytest.mark.parametrize("indices", [[-1], [10**6], list(range(65))])
def test_other_numbers_are_refused(indices):
    with pytest.raises(ClsfError, match="at most 64 images among"):
        pixels(Plan("digits").to_json(), indices)
