"""The two schemes for initial weights are the frameworks' own: their layers' initial weights are in the same range."""

import numpy as np
import pytest

from clsf.backends.initial import initial_weights, weights_hash
from clsf.model.layers import BatchNorm, Conv2D, Dense, DepthwiseConv2D, Flatten
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from tests import inside

SHAPE = (6, 6, 40)  # wide, so that the largest of many draws is near the range's end
WIDE = ModelSpec("wide", (Conv2D(64), DepthwiseConv2D(depth_multiplier=4), BatchNorm(), Flatten(), Dense(500)))
FEW_BIASES = 64


def largest(weights: dict[str, np.ndarray]) -> dict[str, float]:
    return {name: float(np.abs(w).max()) for name, w in weights.items()}


@pytest.mark.parametrize(("name", "start"), [("tensorflow", "glorot"), ("torch", "kaiming")])
def test_each_start_is_a_frameworks_own(name, start, request):
    stock = request.getfixturevalue(name).run(inside.stock_start, WIDE, SHAPE)
    drawn = initial_weights(WIDE.analyse(SHAPE), start, 0, "float32")
    assert list(stock) == list(drawn)
    for weight, array in drawn.items():
        # n uniform draws leave about 1/n of the range free at its end; ten times that never happens by chance
        assert largest(drawn)[weight] == pytest.approx(largest(stock)[weight], rel=10 / array.size), weight


@pytest.mark.parametrize("start", ["glorot", "kaiming"])
def test_a_start_is_uniform_around_zero(start):
    drawn = initial_weights(WIDE.analyse(SHAPE), start, 0, "float64")
    for name in ("1.kernel", "2.depthwise_kernel", "5.kernel"):
        limit = np.abs(drawn[name]).max()
        counts, _ = np.histogram(drawn[name], bins=4, range=(-limit, limit))
        np.testing.assert_allclose(
            counts / counts.sum(), 0.25, atol=0.04
        )  # the fewest draws are 2304: more than four standard deviations


def test_glorot_biases_are_zero_and_kaiming_biases_are_not():
    glorot, kaiming = (initial_weights(WIDE.analyse(SHAPE), start, 0, "float32") for start in ("glorot", "kaiming"))
    for name in ("1.bias", "2.bias", "5.bias"):
        assert not glorot[name].any()
        assert kaiming[name].all()


@pytest.mark.parametrize("start", ["glorot", "kaiming"])
def test_batch_normalisation_starts_as_the_identity(start):
    drawn = initial_weights(WIDE.analyse(SHAPE), start, 0, "float32")
    assert (drawn["3.gamma"] == 1).all()
    assert (drawn["3.moving_variance"] == 1).all()
    assert not drawn["3.beta"].any()
    assert not drawn["3.moving_mean"].any()


def test_a_layer_more_leaves_the_others_weights_as_they_were():
    short, long = ModelSpec("a", (Flatten(), Dense(4))), ModelSpec("b", (Flatten(), Dense(4), Dense(4)))
    one, other = (initial_weights(spec.analyse((3, 3, 1)), "glorot", 0, "float32") for spec in (short, long))
    np.testing.assert_array_equal(one["2.kernel"], other["2.kernel"])


def test_the_hash_tells_weights_apart():
    analysis = preset("tiny").analyse((8, 8, 1))

    def hashed(start: str, seed: int, dtype: str = "float32") -> str:
        return weights_hash(initial_weights(analysis, start, seed, dtype))

    assert hashed("glorot", 0) == hashed("glorot", 0)
    assert len({hashed("glorot", 0), hashed("glorot", 1), hashed("kaiming", 0), hashed("glorot", 0, "float64")}) == 4
    weights = initial_weights(analysis, "glorot", 0, "float32")
    before = weights_hash(weights)
    weights["1.bias"][0] = np.nextafter(np.float32(0), np.float32(1))
    assert weights_hash(weights) != before


def test_the_same_seed_draws_the_same_weights_for_ever():
    """A stored run can be repeated: this hash may not change with NumPy, Python or the machine."""
    assert weights_hash(initial_weights(preset("tiny").analyse((8, 8, 1)), "kaiming", 0, "float32")) == "94f84dbf5f9efc55"
