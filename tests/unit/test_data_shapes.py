"""The embedded data sets: shapes and digits."""

import numpy as np
import pytest

from clsf.data import catalogue
from clsf.data.digits import load_digits
from clsf.data.shapes import OUTLINES, draw_shapes


def test_shapes_are_the_same_for_a_seed_and_others_for_another():
    one, again, other = draw_shapes(60, seed=3), draw_shapes(60, seed=3), draw_shapes(60, seed=4)
    np.testing.assert_array_equal(one.pixels, again.pixels)
    np.testing.assert_array_equal(one.labels, again.labels)
    assert not np.array_equal(one.labels, other.labels)
    assert not np.array_equal(one.pixels, other.pixels)


@pytest.mark.parametrize("count", [10, 200, 203])
def test_shapes_come_equally_often(count):
    found = np.bincount(draw_shapes(count, seed=0).labels, minlength=10)
    assert found.sum() == count
    assert found.max() - found.min() <= 1


def test_shapes_are_colour_images_in_mixed_order():
    shapes = draw_shapes(200, seed=0)
    assert shapes.shape == (32, 32, 3)
    assert len(set(shapes.labels[:20].tolist())) > 5
    assert 60 < shapes.pixels.mean() < 195
    assert shapes.pixels.std(axis=(1, 2)).max(axis=1).min() > 10  # no image without a visible shape


def test_every_outline_stays_in_the_unit_circle_and_has_an_inside():
    for outlines in OUTLINES.values():
        for outline in outlines:
            assert max(u * u + v * v for u, v in outline) <= 1.0001
            x, y = np.array(outline).T
            assert abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2 > 0.3


def test_drawing_tells_how_far_it_is():
    news = []
    draw_shapes(1200, 0, lambda *said: news.append(said))
    assert news == [("prepare", 0, 1200), ("prepare", 500, 1200), ("prepare", 1000, 1200), ("prepare", 1200, 1200)]


def test_shapes_have_the_classes_that_the_catalogue_names():
    assert tuple(OUTLINES) == catalogue.info("shapes").classes


def test_digits_are_scikit_learns_with_a_fixed_stratified_test_part():
    train, test = load_digits()
    assert (len(train), len(test)) == (1437, 360)
    assert train.shape == test.shape == (8, 8, 1)
    assert train.classes == catalogue.info("digits").classes
    assert set(np.bincount(test.labels)) <= {34, 35, 36, 37}  # a fifth of 174 to 183
    again, _ = load_digits()
    np.testing.assert_array_equal(train.labels, again.labels)


def test_digits_spread_17_grey_levels_over_all_256():
    from sklearn import datasets

    train, test = load_digits()
    original = datasets.load_digits().images
    both = np.concatenate([train.pixels, test.pixels])
    assert sorted(set(both.ravel().tolist())) == [round(level * 255 / 16) for level in range(17)]
    assert both.sum(dtype=np.int64) == np.rint(original * 255 / 16).sum()
