"""Metrics: against scikit-learn and statsmodels-like formulas called directly, and by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as theirs

from clsf.predict import drawing, explain, metrics


def made_up(count=400, classes=7, seed=3):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes - 1, count)  # the last class never occurs
    scores = rng.normal(0, 1, (count, classes)) + 1.2 * np.eye(classes)[labels]
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return labels, probabilities


def test_counts_and_scores_are_those_of_scikit_learn():
    labels, p = made_up()
    said = p.argmax(axis=1)
    assert metrics.accuracy(labels, p) == theirs.accuracy_score(labels, said)
    assert metrics.cross_entropy(labels, p) == pytest.approx(theirs.log_loss(labels, p, labels=range(7)), rel=1e-12)
    assert (metrics.confusion(labels, p) == theirs.confusion_matrix(labels, said, labels=range(7))).all()
    found = metrics.per_class(labels, p)
    for mine, function in (
        (found.precision, theirs.precision_score),
        (found.recall, theirs.recall_score),
        (found.f1, theirs.f1_score),
    ):
        np.testing.assert_array_equal(mine, function(labels, said, labels=range(7), average=None, zero_division=0))
    assert found.support.tolist() == np.bincount(labels, minlength=7).tolist()


def test_rows_of_the_confusion_matrix_are_what_the_image_shows():
    p = np.eye(3)[[1, 1, 2]]  # answers 1, 1, 2
    assert metrics.confusion(np.array([0, 1, 2]), p).tolist() == [[0, 1, 0], [0, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize(("right", "count"), [(0, 10), (7, 10), (10, 10), (342, 360)])
def test_wilson_is_scipys(right, count):
    theirs_ = stats.binomtest(right, count).proportion_ci(0.95, method="wilson")
    mine = metrics.wilson(right, count)
    assert (mine.low, mine.high) == pytest.approx((theirs_.low, theirs_.high), abs=1e-12)
    assert 0 <= mine.low <= mine.share <= mine.high <= 1


def test_the_paired_bootstrap_is_that_of_drawing_images():
    labels, one = made_up(300)
    two = np.roll(one, 1, axis=0)
    two[:200] = one[:200]
    mine = metrics.paired_difference(labels, one, two)
    right = [(p.argmax(axis=1) == labels).astype(float) for p in (one, two)]
    rng = np.random.default_rng(8)
    drawn = [(right[1][at] - right[0][at]).mean() for at in rng.integers(0, 300, (2000, 300))]
    assert mine.share == pytest.approx(right[1].mean() - right[0].mean())
    assert (mine.low, mine.high) == pytest.approx(np.percentile(drawn, [2.5, 97.5]), abs=0.012)
    same = metrics.paired_difference(labels, one, one)
    assert (same.share, same.low, same.high) == (0, 0, 0)


def test_calibration_by_hand():
    p = np.array([[0.95, 0.05], [0.91, 0.09], [0.62, 0.38], [0.35, 0.65], [1.0, 0.0]])
    found = metrics.calibration(np.array([0, 1, 0, 1, 0]), p)
    assert found.low.tolist() == [0.6, 0.9]
    assert found.counts.tolist() == [2, 3]
    np.testing.assert_allclose(found.sure, [0.635, (0.95 + 0.91 + 1) / 3])
    np.testing.assert_allclose(found.right, [1, 2 / 3])
    assert found.error == pytest.approx((2 * 0.365 + 3 * (0.95333333 - 0.66666667)) / 5)


def test_mistakes_and_disagreements_come_in_the_right_order():
    labels = np.array([0, 0, 1, 1])
    one = np.array([[0.9, 0.1], [0.3, 0.7], [0.95, 0.05], [0.1, 0.9]])
    two = np.array([[0.2, 0.8], [0.4, 0.6], [0.2, 0.8], [0.1, 0.9]])
    assert metrics.confident_mistakes(labels, one, 5).tolist() == [2, 1]
    assert metrics.disagreements(one, two, 5).tolist() == [2, 0]
    np.testing.assert_allclose(metrics.gap(one, two), [0.7, 0.1, 0.75, 0])
    assert metrics.in_cell(labels, one, 0, 1).tolist() == [1]


# Explanations, on hand-made arrays.


def test_grad_cam_by_hand():
    values = np.zeros((2, 2, 2))
    values[..., 0], values[..., 1] = [[1, 2], [3, 4]], [[5, 5], [0, 0]]
    slopes = np.zeros((2, 2, 2))
    slopes[..., 0], slopes[..., 1] = 0.5, [[-2, 0], [0, 0]]  # means 0.5 and -0.5
    np.testing.assert_allclose(explain.grad_cam(values, slopes), [[0, 0], [1.5, 2]])


def test_saliency_is_the_largest_slope_of_a_pixels_channels():
    assert explain.saliency(np.array([[[1.0, -3.0, 2.0]]])).tolist() == [[3]]


def test_enlarging_keeps_the_centre_and_constants():
    small = np.array([[0.0, 1.0], [2.0, 3.0]])
    large = explain.enlarged(small, 4, 4)
    assert large.mean() == pytest.approx(1.5)
    np.testing.assert_allclose(large[0], [0, 0.25, 0.75, 1])
    assert (explain.enlarged(np.full((3, 5), 2.5), 9, 7) == 2.5).all()


def test_occlusion_finds_the_only_place_that_matters():
    pixels = np.zeros((8, 8, 1), np.uint8)
    pixels[2, 5] = 200

    def ask(images):
        p = images[:, 2, 5, 0] / 400
        return np.stack([1 - p, p], axis=1)

    found = explain.occlusion(pixels, ask, 1, explain.patch_side(8, 8))
    assert found.shape == (8, 8)
    assert np.unravel_index(found.argmax(), found.shape) == (2, 5)
    assert found[7, 0] == 0
    patch = 2
    assert found[2, 5] == pytest.approx((200 - round(200 / 64)) / 400, abs=1e-6)
    assert found[2, 3] == 0  # no patch of this side covers both
    assert patch == explain.patch_side(8, 8)


def test_a_large_image_is_covered_with_fewer_patches():
    seen = []

    def ask(images):
        seen.append(len(images))
        return np.full((len(images), 2), 0.5)

    assert explain.occlusion(np.zeros((120, 90, 3), np.uint8), ask, 0, explain.patch_side(120, 90)).shape == (120, 90)
    assert seen[0] <= explain.MOST_PATCHES + 1


def test_neighbours_by_hand():
    which, distances = explain.nearest(np.array([[0.0, 0], [3, 4], [1, 0]]), np.array([0.0, 0]), 2)
    assert which.tolist() == [0, 2]
    assert distances.tolist() == [0, 1]


# Drawings.


def stroke(points, width=5, side=64):
    from PIL import Image, ImageDraw

    image = Image.new("L", (side, side))
    ImageDraw.Draw(image).line(points, fill=255, width=width)
    return np.asarray(image)


def test_a_drawing_becomes_a_digit_like_those_of_the_data_set():
    for ink in (stroke([(10, 30), (20, 50)]), stroke([(40, 8), (40, 20)], 2), stroke([(5, 5), (60, 5), (5, 60), (60, 60)], 12)):
        image = drawing.as_data(ink, "digits", (8, 8))
        assert (image.shape, image.dtype) == ((8, 8, 1), np.uint8)
        assert image.sum() / 255 == pytest.approx(0.305 * 64, abs=0.8)  # as much ink as the data set's digits have
        assert image[0].any()  # as tall as the image
        assert image[-1].any()
        assert set(np.unique(image)) <= {round(255 * n / 16) for n in range(17)}


def test_the_place_and_size_of_a_drawing_do_not_matter_where_the_data_set_centres():
    small, shifted = stroke([(10, 10), (10, 22), (18, 22)], 3), stroke([(40, 35), (40, 47), (48, 47)], 3)
    for data, side in (("digits", (8, 8)), ("mnist", (28, 28))):
        np.testing.assert_array_equal(drawing.as_data(small, data, side), drawing.as_data(shifted, data, side))


def test_a_drawing_for_mnist_is_twenty_pixels_high_with_its_mass_in_the_middle():
    image = drawing.as_data(stroke([(30, 4), (30, 60)], 6), "mnist", (28, 28))[..., 0].astype(float)
    rows = np.flatnonzero(image.max(axis=1) > 40)
    assert len(rows) == 20
    y, x = (np.arange(28) @ image.sum(axis=1)) / image.sum(), (np.arange(28) @ image.sum(axis=0)) / image.sum()
    assert (y, x) == pytest.approx((13.5, 13.5), abs=0.75)


@pytest.mark.parametrize("data", ["digits", "mnist", "fashion-mnist", "folder-000000000000"])
def test_an_empty_sheet_stays_empty_and_a_dot_is_no_fault(data):
    assert not drawing.as_data(np.zeros((64, 64), np.uint8), data, (8, 8)).any()
    dot = np.zeros((64, 64), np.uint8)
    dot[30, 30] = 255
    side = (28, 28) if data == "mnist" else (8, 8)
    assert drawing.as_data(dot, data, side).shape == (*side, 1)
