"""Lockstep at full length: 200 steps of the lecture's model on 32×32×3 with each optimizer, 1,000 steps of SGD, and blocks."""

import pytest

from clsf.model.branches import Parallel, Residual
from clsf.model.layers import BatchNorm, Conv2D, Dense, DepthwiseConv2D, Dropout, Flatten, GlobalAveragePool2D, MaxPool2D
from clsf.model.spec import ModelSpec
from clsf.plan import OPTIMIZERS
from tests.parity.in_lockstep import big, compared, digits

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

BLOCKS = ModelSpec(
    "blocks",
    (
        Conv2D(6, 3, padding="same"),
        BatchNorm(),
        Residual(
            (Conv2D(8, 3, strides=2, padding="same", activation="relu"), BatchNorm(), DepthwiseConv2D(padding="same")),
            shortcut=(Conv2D(8, 1, strides=2, padding="same"),),
        ),
        Parallel(((Conv2D(4, 1, activation="tanh"),), (MaxPool2D(3, strides=1, padding="same"), Dropout(0.3)), ())),
        Flatten(),
        Dense(16, "gelu"),
        BatchNorm(),
        Dropout(0.2),
        Dense(10),
    ),
)
POOLED = ModelSpec("pooled", (Conv2D(8, 3, activation="leaky_relu"), BatchNorm(), GlobalAveragePool2D(), Dense(10)))


USUAL = ("sgd", "rmsprop", "adam")  # test_training has a hundred steps of all of them, at this size, too


@pytest.mark.parametrize(
    "optimizer", [name if name in USUAL else pytest.param(name, marks=pytest.mark.full) for name in OPTIMIZERS]
)
def test_200_steps_of_the_lectures_model(optimizer):
    """Dropout included. Measured: losses differ by at most 1.4e-14, weights by 2e-14."""
    done = compared("lecture-cnn", big(digits(optimizer, batch_size=8, train_limit=None)), steps=200, evaluate_every=50)
    assert done.started.parameters == 430_102
    assert done.result.steps == 200
    assert done.result.max_loss_difference <= 1e-12
    assert done.result.first_parting is None


def test_1000_steps_of_sgd():
    """Measured: losses differ by at most 8.9e-16."""
    done = compared("lecture-cnn", digits(train_limit=None), steps=1000, evaluate_every=100)
    assert done.result.steps == 1000
    assert done.result.max_loss_difference <= 1e-10
    assert done.result.first_parting is None


@pytest.mark.parametrize("model", ["residual", "inception-like", BLOCKS, POOLED], ids=lambda m: getattr(m, "name", m))
def test_200_steps_with_batch_normalisation_and_blocks(model):
    """Measured: losses differ by at most 1.3e-14."""
    done = compared(model, digits("momentum", train_limit=None), steps=200, evaluate_every=50)
    assert done.result.max_loss_difference <= 1e-10
    assert done.result.first_parting is None


@pytest.mark.parametrize("optimizer", ["rmsprop", "adam"])
def test_rules_that_divide_by_the_gradients_size(optimizer):
    done = compared(BLOCKS, digits(optimizer, train_limit=None), steps=100, evaluate_every=50)
    assert done.result.max_loss_difference <= 1e-10
