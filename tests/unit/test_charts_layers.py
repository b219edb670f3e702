"""Pictures and figures of the Layers page: zero is white, nothing is lost, and counts agree with arithmetic"""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from clsf.charts import layer_difference, layer_growth, layer_histograms, layer_pictures, layer_statistics, palette
from clsf.model.layers import Conv2D, Dense
from clsf.words import say


def opened(address: str) -> np.ndarray:
    head, _, data = address.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


def test_zero_is_white_and_signs_have_their_colours():
    colours = opened(layer_pictures.signed(np.array([[-2.0, 0.0, 2.0], [np.nan, 1.0, -1.0]])))
    assert colours.shape == (2, 3, 4)
    assert tuple(colours[0, 1]) == (255, 255, 255, 255)
    assert tuple(colours[0, 0][:3]) == palette.SIGNED[0]
    assert tuple(colours[0, 2][:3]) == palette.SIGNED[-1]
    assert colours[1, 0, 3] == 0  # what is missing is not drawn


def test_tiny_numbers_on_a_large_scale_are_white_and_more_than_the_scale_is_full():
    places = layer_pictures.indices(np.array([1e-9, 5.0, -np.inf]), 1.0)
    assert places.tolist() == [layer_pictures.HALF, 2 * layer_pictures.HALF, layer_pictures.MISSING]
    assert layer_pictures.scale_of(np.zeros(3)) == 1
    assert layer_pictures.scale_of(np.array([np.nan, -3.0])) == 3


@pytest.mark.parametrize("channels", [1, 3])
def test_a_photograph_stays_as_it_is(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels), dtype=np.uint8)
    shown = opened(layer_pictures.photograph(pixels))[..., :3]
    np.testing.assert_array_equal(shown, np.broadcast_to(pixels, (5, 7, 3)))


def test_a_mosaic_holds_each_map_in_one_picture():
    maps = np.stack([np.full((4, 4), value) for value in (1.0, -1.0, 0.0)], axis=2)
    colours = opened(layer_pictures.mosaic(maps))
    assert colours.shape == (9, 9, 4)
    assert tuple(colours[0, 0][:3]) == palette.SIGNED[-1]
    assert tuple(colours[0, 8][:3]) == palette.SIGNED[0]
    assert tuple(colours[8, 0][:3]) == (255, 255, 255)


def test_a_vector_is_folded_without_losing_a_number():
    colours = opened(layer_pictures.folded(np.ones(7)))
    assert (colours[..., 3] > 0).sum() == 7


def test_channels_have_colours_in_their_order():
    colours = opened(layer_pictures.by_channel(np.array([0, 1, 0, 8])))
    assert tuple(colours[0, 0][:3]) == tuple(colours[0, 2][:3]) == tuple(colours[0, 3][:3]) == layer_pictures.CHANNEL_COLOURS[0]
    assert tuple(colours[0, 1][:3]) == layer_pictures.CHANNEL_COLOURS[1]


# Histograms.


def test_histograms_share_their_bins_count_everything_and_no_bin_crosses_zero():
    rng = np.random.default_rng(0)
    before = rng.normal(0, 1, 5000)
    figure = layer_histograms.figure(before, np.maximum(before, 0), cuts=True)
    one, other = figure["data"]
    assert one["x"] == other["x"]
    for bars in (one, other):
        assert sum(y or 0 for y in bars["y"]) == pytest.approx(1)
    half = one["width"] / 2
    assert not any(x - half < -1e-9 and x + half > 1e-9 for x in one["x"])
    below = sum(y or 0 for x, y in zip(other["x"], other["y"], strict=True) if x < 0)
    assert below == 0
    assert figure["layout"]["shapes"][0]["x1"] == 0


@pytest.mark.parametrize("values", [np.zeros(4), np.full(3, -2.5), np.array([1e-12, 1.0]), np.array([np.nan, np.inf, 1.0])])
def test_odd_numbers_make_a_histogram_too(values):
    figure = layer_histograms.figure(values, values)
    assert sum(y or 0 for y in figure["data"][0]["y"]) == pytest.approx(1)


def test_numbers_are_described():
    found = layer_histograms.described(np.array([-1.0, 0.0, 0.0, 5.0]))
    assert (found["low"], found["high"], found["mean"], found["negative"], found["zero"]) == (-1, 5, 1, 0.25, 0.5)


def test_weights_have_zero_in_the_middle():
    bars = layer_histograms.weights(np.array([-0.5, 0.0, 0.1]))["data"][0]
    assert min(abs(x) for x in bars["x"]) < 1e-12
    assert sum(bars["y"]) == 3
    assert bars["marker"]["cmin"] == -bars["marker"]["cmax"]


# Differences, growth, statistics.


def test_differences_are_powers_of_ten_and_equal_cells_are_told_apart():
    one = np.array([[1.0, 2.0], [3.0, 4.0]])
    other = one + np.array([[0, 1e-3], [-1e-6, 0]])
    heat, equal = layer_difference.figure(one, other)["data"]
    assert heat["z"][0][1] == pytest.approx(-3)
    assert heat["z"][1][0] == pytest.approx(-6, abs=1e-3)
    assert heat["z"][0][0] is None
    assert equal["z"] == [[1, None], [None, 1]]
    assert layer_difference.largest(one, other) == pytest.approx(1e-3)


def test_equal_outputs_have_a_figure_too():
    heat, equal = layer_difference.figure(np.ones((2, 2)), np.ones((2, 2)))["data"]
    assert heat["zmin"] < heat["zmax"]
    assert equal["z"] == [[1, 1], [1, 1]]
    assert layer_difference.largest(np.ones(2), np.ones(2)) == 0


def test_dense_grows_with_the_image_and_a_convolution_does_not():
    figure = layer_growth.figure(Dense(128), Conv2D(32, 3), 1, 28)
    dense, conv = (dict(zip(curve["x"], curve["y"], strict=True)) for curve in figure["data"])
    assert dense[28] == 100_480
    assert dense[224] == 128 * (224 * 224 + 1)
    assert set(conv.values()) == {320}
    assert figure["layout"]["shapes"][0]["x0"] == 28


def test_running_statistics_are_drawn_beside_those_of_the_batch():
    running = np.linspace(0, 1, 12).reshape(6, 2)
    figure = layer_statistics.figure(running, np.array([0.25, 0.75]), say("running mean"))
    assert [curve["y"][-1] for curve in figure["data"][::2]] == running[-1].tolist()
    assert figure["data"][1]["y"] == [0.25, 0.25]
