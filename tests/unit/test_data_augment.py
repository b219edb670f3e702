"""Augmenting images: against values worked out by hand, and independent of batch, process and order of calls."""

import numpy as np
import pytest

from clsf.data import augment as module
from clsf.data.augment import DRAWS, augment, chances, drawn
from clsf.plan import Augmentation

GRID = np.arange(12, dtype=np.uint8).reshape(1, 3, 4, 1)


def some(count=20, side=8, channels=3):
    return np.random.default_rng(1).integers(0, 256, (count, side, side, channels), np.uint8)


@pytest.fixture
def draw(monkeypatch):
    """Fix the random numbers: one per kind, 0.5 for the rest."""

    def decide(**numbers):
        row = np.full((1, DRAWS), 0.5)
        for name, number in numbers.items():
            row[0, getattr(module, name)] = number
        monkeypatch.setattr(module, "chances", lambda seed, epoch, indices: row)

    return decide


def one(augmentation, image=GRID):
    return augment(image, augmentation, 0, 1, np.array([0]))[0, ..., 0].tolist()


def test_nothing_varied_is_the_same_array():
    pixels = some()
    assert augment(pixels, Augmentation(), 0, 1, np.arange(20)) is pixels


def test_a_flip_mirrors_left_and_right(draw):
    draw(FLIP=0.4)
    assert one(Augmentation(flip=True)) == [[3, 2, 1, 0], [7, 6, 5, 4], [11, 10, 9, 8]]
    draw(FLIP=0.5)
    assert one(Augmentation(flip=True)) == GRID[0, ..., 0].tolist()


@pytest.mark.parametrize(
    ("down", "right", "out"),
    [
        (0.0, 0.5, [[4, 5, 6, 7], [8, 9, 10, 11], [8, 9, 10, 11]]),  # one up: the last row again
        (0.5, 0.99, [[0, 0, 1, 2], [4, 4, 5, 6], [8, 8, 9, 10]]),  # one to the right: the first column again
        (0.5, 0.5, [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]),
    ],
)
def test_a_shift_repeats_the_edge(draw, down, right, out):
    draw(DOWN=down, RIGHT=right)
    assert one(Augmentation(shift=1)) == out


def test_a_quarter_turn_is_anticlockwise_and_exact(draw):
    draw(TURN=1.0)
    square = np.arange(9, dtype=np.uint8).reshape(1, 3, 3, 1)
    assert one(Augmentation(rotation=90), square) == np.rot90(square[0, ..., 0]).tolist()
    draw(TURN=0.0)
    assert one(Augmentation(rotation=90), square) == np.rot90(square[0, ..., 0], -1).tolist()


def test_half_a_pixel_is_the_mean_of_two():
    row = np.array([[[[10], [20]]]], np.uint8)
    zero = np.zeros((1, 1, 1), np.int64)
    found = module._between(row, zero, zero, np.full((1, 1, 1), 128))
    assert found.tolist() == [[[[15]]]]


def test_brightness_multiplies_and_stays_in_range(draw):
    image = np.array([[[[100], [200]]]], np.uint8)
    draw(BRIGHTNESS=1.0)
    assert one(Augmentation(brightness=0.5), image) == [[150, 255]]
    draw(BRIGHTNESS=0.0)
    assert one(Augmentation(brightness=0.5), image) == [[50, 100]]


def test_a_hole_is_cut_off_at_the_edge_and_filled_with_the_mean(draw):
    image = np.zeros((1, 4, 4, 1), np.uint8)
    image[0, 3, 3] = 160  # mean: 10
    draw(HOLE_Y=0.0, HOLE_X=0.0)
    assert one(Augmentation(cutout=2), image) == [[10, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 160]]
    draw(HOLE_Y=0.5, HOLE_X=0.5)
    assert np.array(one(Augmentation(cutout=2), image))[1:3, 1:3].tolist() == [[10, 10], [10, 10]]


ALL = Augmentation(True, 3, 20.0, 0.3, 4)


def test_an_image_is_varied_the_same_way_in_any_batch():
    pixels, indices = some(), np.arange(100, 120)
    whole = augment(pixels, ALL, 5, 2, indices)
    order = np.random.default_rng(0).permutation(20)
    np.testing.assert_array_equal(augment(pixels[order], ALL, 5, 2, indices[order]), whole[order])
    np.testing.assert_array_equal(augment(pixels[7:8], ALL, 5, 2, indices[7:8]), whole[7:8])


@pytest.mark.parametrize("other", [(6, 2), (5, 3)], ids=["seed", "epoch"])
def test_another_seed_or_epoch_is_another_variation(other):
    pixels, indices = some(), np.arange(20)
    assert (augment(pixels, ALL, 5, 2, indices) != augment(pixels, ALL, *other, indices)).any()


def test_a_larger_number_does_not_change_what_smaller_ones_get():
    np.testing.assert_array_equal(chances(0, 1, np.array([3, 60_000]))[0], chances(0, 1, np.array([3]))[0])


def test_the_numbers_never_change():
    """Otherwise a stored run could not be repeated."""
    first = [0.7243886900316061, 0.4103625418095803, 0.5065468852335154]
    np.testing.assert_allclose(chances(0, 1, np.array([0]))[0, :3], first, atol=1e-12)


def test_chance_is_fair():
    found = chances(3, 1, np.arange(20_000))
    assert found.min() >= 0
    assert found.max() < 1
    np.testing.assert_allclose(found.mean(axis=0), 0.5, atol=0.01)
    steps = (found[:, module.DOWN] * 5).astype(int)
    np.testing.assert_allclose(np.bincount(steps) / 20_000, 0.2, atol=0.015)


def test_what_is_said_is_what_is_done():
    pixels = some(1, 9, 1)
    said = drawn(Augmentation(flip=True, shift=3), 4, 7, 0, 9, 9)
    expected = pixels[0, :, ::-1] if said["flip"] else pixels[0]
    rows, columns = (np.clip(np.arange(9) - said[way], 0, 8) for way in ("down", "right"))
    np.testing.assert_array_equal(
        augment(pixels, Augmentation(flip=True, shift=3), 4, 7, np.array([0]))[0], expected[rows][:, columns]
    )


def test_the_images_given_are_not_changed():
    pixels = some()
    before = pixels.copy()
    augment(pixels, ALL, 0, 1, np.arange(20))
    np.testing.assert_array_equal(pixels, before)
