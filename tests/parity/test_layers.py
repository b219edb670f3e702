"""The same layers with the same weights on the same picture: both frameworks differ by rounding alone"""

from __future__ import annotations

import json

import numpy as np
import pytest

from clsf.data.picture import photograph
from clsf.layer_stack import rounding, stages, weights
from clsf.layer_stack.stages import Filling, Stage
from clsf.model.layers import (
    ACTIVATIONS,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePool2D,
    MaxPool2D,
)
from clsf.model.spec import ModelSpec
from tests import frameworks

CLOSE = 1e-6  # of the largest number, or of 1: the picture's pixels are 0 to 1


def run(spec: str, images: np.ndarray, drawn: dict) -> list[np.ndarray]:
    """Run layers in this process's framework."""
    from clsf.engine.work import resolve
    from tests import inside

    return resolve(f"clsf.backends.{inside._framework}.one_layer:run")(spec, images, drawn)


CHAINS = [
    stages.DEFAULT,
    (Stage(Conv2D(16, 3, padding="same"), Filling("random")), Stage(Conv2D(16, 3, strides=2, padding="same"))),
    (Stage(Conv2D(16, 5, dilation_rate=2, activation="relu"), Filling("hand")), Stage(MaxPool2D(3, 2, "same"))),
    (
        Stage(DepthwiseConv2D(3, strides=2, padding="same"), Filling("own")),
        Stage(AveragePool2D(3, 2, "same")),
        Stage(BatchNorm()),
    ),
    (Stage(Conv2D(8, 3, activation="tanh")), Stage(Flatten()), Stage(Dense(32, "relu")), Stage(Dense(10, "softmax"))),
    (Stage(Conv2D(4, 11, padding="same"), Filling("random", scheme="kaiming")), Stage(GlobalAveragePool2D())),
    *((Stage(Conv2D(4, 3)), Stage(Activation(name))) for name in ACTIVATIONS),
]


@pytest.mark.parametrize("chain", CHAINS, ids=stages.to_text)
def test_both_give_the_same_to_a_millionth(chain):
    """Each layer gets the same input in both frameworks: the output of TensorFlow's previous layer."""
    before = photograph("china", 32, False)[None].astype(np.float32) / np.float32(255)
    drawn = weights.draw(chain, before.shape[1:])
    for place, stage in enumerate(chain, start=1):
        own = {f"1.{name.partition('.')[2]}": array for name, array in drawn.items() if name.startswith(f"{place}.")}
        spec = json.dumps(ModelSpec("chain", (stage.layer,)).to_json())
        (one,), (other,) = frameworks.both(run, spec, before, own)
        assert one.shape == other.shape
        apart, bound = np.abs(one - other).max(), rounding.allowed(before, one, own)
        assert apart <= bound
        # Only sums of thousands of products may differ more.
        assert isinstance(stage.layer, Dense) or apart <= CLOSE * max(1.0, np.abs(one).max())
        before = one


def test_what_rounding_explains_is_worked_by_hand():
    kernel = {"1.kernel": np.array([[3.0, 1.0], [-5.0, 1.0]], np.float32)}
    assert rounding.allowed(np.array([[0.5, -4.0]]), np.ones((1, 2)), {}) == 1e-6
    assert rounding.allowed(np.array([[0.5, -4.0]]), np.full((1, 2), 30.0), {}) == pytest.approx(3e-5)
    assert rounding.allowed(np.array([[0.5, -4.0]]), np.ones((1, 2)), kernel) == pytest.approx(8 * 4 * 2**-23)
