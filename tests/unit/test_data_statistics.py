"""Counting, measuring, comparing and splitting images, against NumPy and values worked out by hand."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from clsf.charts import data_balance, data_histogram, data_order
from clsf.data import likeness, statistics
from clsf.data.images import Images
from clsf.data.shown import program
from clsf.data.splits import WAYS, divided, harm
from clsf.data.sprite import sheet
from clsf.plan import Plan, Preparation
from clsf.words import say


@pytest.fixture(autouse=True)
def data_folder(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("CLSF_DATA", str(tmp_path_factory.getbasetemp() / "statistics"))  # digits are made once


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (50, 6, 5, 3), np.uint8)


def test_counts_are_those_of_numpy(pixels, monkeypatch):
    monkeypatch.setattr(statistics, "CHUNK", 7 * 90)  # several chunks, the last one smaller
    found = statistics.counts(pixels)
    for channel in range(3):
        np.testing.assert_array_equal(found[channel], np.histogram(pixels[..., channel], np.arange(257))[0])


def test_mean_and_deviation_follow_from_the_counts(pixels):
    found = statistics.Values(statistics.counts(pixels), np.full(3, 127.5), np.full(3, 127.5))
    np.testing.assert_allclose(found.mean, pixels.mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(found.deviation, pixels.std(axis=(0, 1, 2)))
    np.testing.assert_allclose(found.model_mean(), ((pixels - 127.5) / 127.5).mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(found.model_deviation(), (pixels / 127.5).std(axis=(0, 1, 2)))


def test_mean_images_are_those_of_numpy(pixels, monkeypatch):
    monkeypatch.setattr(statistics, "CHUNK", 7 * 90)
    labels = np.arange(50) % 4
    found = statistics.mean_images(Images(pixels, labels.astype(np.int64), ("a", "b", "c", "d", "none")))
    for label in range(4):
        np.testing.assert_array_equal(found[label], np.rint(pixels[labels == label].mean(axis=0)))
    assert not found[4].any()


def test_standardised_training_images_have_mean_0_and_deviation_1():
    plan = Plan("digits", Preparation(scale="standardise"), validation_share=0.001)
    before, after = statistics.values("digits", plan.to_json())
    assert before.total.tolist() == [1437 * 64]
    np.testing.assert_allclose(after.model_mean(), 0, atol=0.002)  # one image is left out
    np.testing.assert_allclose(after.model_deviation(), 1, atol=0.002)


def test_resized_images_are_counted_as_resized():
    before, after = statistics.values("digits", Plan("digits", Preparation(image_size=16)).to_json())
    assert after.total[0] == 4 * before.total[0]


def test_the_balance_adds_up():
    labels, test = np.repeat([0, 1, 2], [50, 30, 20]), np.array([0, 0, 2])
    found = statistics.balance(labels, test, 3, 0.2, 0)
    np.testing.assert_array_equal(found, [[40, 24, 16], [10, 6, 4], [2, 0, 1]])
    assert statistics.balance(labels, None, 3, 0.2, 0)[2].sum() == 0


# Similarity.


def test_pairs_are_those_of_trying_them_all():
    random = np.random.default_rng(3)
    flat, labels = random.integers(0, 256, (40, 12)).astype(float), random.integers(0, 3, 40)
    flat[17] = flat[5]  # near-duplicates
    near, strangers, far, kin = likeness.all_pairs(flat, labels)
    pairs = [(i, j, np.sqrt(((flat[i] - flat[j]) ** 2).mean())) for i in range(40) for j in range(i + 1, 40)]
    assert near[0] == (5, 17, 0.0)
    assert far[0] == pytest.approx(max(pairs, key=lambda pair: pair[2]))
    assert strangers[0] == pytest.approx(min((p for p in pairs if labels[p[0]] != labels[p[1]]), key=lambda pair: pair[2]))
    assert kin[0] == pytest.approx(max((p for p in pairs if labels[p[0]] == labels[p[1]]), key=lambda pair: pair[2]))
    for found in (near, strangers, far, kin):
        seen = [row for a, b, _ in found for row in (a, b)]
        assert len(seen) == len(set(seen)) == 2 * likeness.PAIRS


def test_one_class_has_no_strangers_and_one_image_no_pair():
    flat = np.array([[0.0, 0], [3, 4]])
    near, strangers, _, kin = likeness.all_pairs(flat, np.array([0, 0]))
    assert near == [(0, 1, pytest.approx(np.sqrt(12.5)))] == kin
    assert strangers == []
    assert likeness.all_pairs(flat[:1], np.array([0])) == ([], [], [], [])


def test_the_map_is_the_two_largest_directions():
    flat = np.random.default_rng(0).normal(size=(300, 80)) * np.linspace(9, 1, 80)
    points, explained = likeness.components(flat)
    values = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False) ** 2
    np.testing.assert_allclose(explained, values[:2] / values.sum(), rtol=1e-3)
    np.testing.assert_allclose((points**2).sum(axis=0), values[:2], rtol=1e-3)
    assert likeness.components(np.ones((5, 4)))[1] == (0.0, 0.0)


def test_a_sample_keeps_the_shares_of_the_classes():
    labels = np.repeat([0, 1, 2], [700, 250, 2])
    found = likeness.sample(labels, 100, 0)
    assert np.bincount(labels[found]).tolist() == [74, 26, 1]
    assert len(np.unique(found)) == len(found)
    assert len(likeness.sample(labels, 10_000, 0)) == 952


def test_a_set_is_compared():
    found = likeness.likeness("digits", 200, 0)
    assert found.points.shape == (len(found.indices), 2)
    assert 190 <= len(found.indices) <= 210
    assert 0.1 < found.explained[1] < found.explained[0] < 0.5


# Splits.

SORTED = np.repeat(np.arange(5), 20)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_divides_all_images(way):
    train, validation = divided(SORTED, way, 0.2, 0)
    assert sorted([*train, *validation]) == list(range(100))
    assert len(validation) == 20


def test_the_last_fifth_of_sorted_images_is_a_class_of_its_own():
    mixed = SORTED[np.random.default_rng(0).permutation(100)]
    train, validation = divided(mixed, "sorted", 0.2, 0)
    counts = [np.bincount(mixed[part], minlength=5) for part in (train, validation)]
    assert harm(*counts) == ([4], [0, 1, 2, 3], 1.0)
    same = [np.bincount(mixed[part], minlength=5) for part in divided(mixed, "stratified", 0.2, 0)]
    assert harm(*same) == ([], [], 0.0)


def test_harm_is_half_the_sum_of_the_differences():
    assert harm(np.array([3, 1]), np.array([1, 1])) == ([], [], 0.25)


# Pictures and code.


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sheet_holds_every_image_at_its_place(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 3, channels), np.uint8)
    kind, content = sheet(pixels, 2).split(",")
    assert kind == "data:image/png;base64"
    found = np.asarray(Image.open(io.BytesIO(base64.b64decode(content)))).reshape(12, 6, channels)
    np.testing.assert_array_equal(found[8:12, 0:3], pixels[4])
    np.testing.assert_array_equal(found[4:8, 3:6], pixels[3])
    assert not found[8:12, 3:6].any()


def test_a_program_has_the_imports_that_it_needs_and_no_other():
    text = program("torch", ("order",), "print(order(9, shuffle=True, batch_size=2, seed=0))")
    assert text.startswith(
        "import numpy as np\nimport torch\nfrom torch.utils.data import DataLoader, TensorDataset\n\n\ndef order("
    )
    assert text.endswith("\n\n\nprint(order(9, shuffle=True, batch_size=2, seed=0))")
    compile(text, "shown", "exec")


# Figures.


def test_bars_are_the_counts_and_as_shares_add_up_to_a_hundred():
    counts = np.array([[30, 10], [5, 5], [0, 0]])
    figure, words = data_balance.bars(counts, ("cat", "dog"))
    assert [trace["y"] for trace in figure["data"]] == [[30, 10], [5, 5]]
    assert "from 10 to 30 images per class" in words
    shares, _ = data_balance.bars(counts, ("cat", "dog"), share=True)
    assert [sum(trace["y"]) for trace in shares["data"]] == [100, 100]


def test_a_histogram_is_in_per_cent_on_the_scale_of_the_model():
    counts = np.zeros((1, 256), np.int64)
    counts[0, [0, 255]] = 3, 1
    figure, _ = data_histogram.curves(counts, np.array([127.5]), np.array([127.5]), say("value"))
    (trace,) = figure["data"]
    assert (trace["x"][0], trace["x"][-1], trace["y"][0], trace["y"][-1]) == (-1, 1, 75, 25)
    assert figure["layout"]["yaxis"]["range"][1] >= 75


def test_a_peak_that_is_cut_off_is_told():
    counts = np.full((1, 256), 10)
    assert data_histogram.peaks(counts) == []
    counts[0, 0] = 1000
    assert data_histogram.peaks(counts) == [(0, pytest.approx(1000 / 3550))]
    figure, _ = data_histogram.curves(counts, np.zeros(1), np.ones(1), say("value"))
    assert figure["layout"]["yaxis"]["range"][1] < 100 * 1000 / 3550


def test_positions_are_thinned_but_reach_from_end_to_end():
    order = np.arange(10_000)[::-1]
    figure, words = data_order.positions(order, "torch")
    (trace,) = figure["data"]
    assert (trace["x"][0], trace["y"][0], trace["x"][-1], trace["y"][-1]) == (9999, 0, 0, 9999)
    assert len(trace["x"]) == data_order.MOST
    assert "5,000 places" in words
    assert data_order.moved(np.array([1, 0, 2])) == pytest.approx(2 / 3)


def test_the_mixture_is_a_share_of_each_stretch():
    figure, words = data_order.mixture(np.repeat([0, 1], 300), ("cat", "dog"), "tensorflow")
    grid = np.array(figure["data"][0]["z"])
    assert grid.shape == (2, data_order.BINS)
    assert (grid[0, :30] == 100).all()
    assert (grid.sum(axis=0) == 100).all()
    assert "from 1 to 1" in words
