"""The last layer that a loss needs: a wrong one is refused in a sentence, or replaced on request."""

import pytest

from clsf import losses
from clsf.errors import PlanError, SpecError
from clsf.model.layers import Activation, Dense, Flatten, MaxPool2D
from clsf.model.presets import NAMES, preset
from clsf.model.spec import ModelSpec
from clsf.plan import Plan

SHAPE = (16, 16, 1)


def model(*last: object) -> ModelSpec:
    return ModelSpec("m", (Flatten(), Dense(4, "relu"), *last))


PROBABILITIES, BINARY = Plan("d", probabilities=True), Plan("d", loss="binary")


@pytest.mark.parametrize(
    ("spec", "plan", "classes", "error", "sentence"),
    [
        (model(Dense(2)), Plan("d"), 3, SpecError, "The model 'm' ends in 2, but the data has 3 classes"),
        (model(Dense(3)), BINARY, 3, PlanError, "The binary loss is for two classes, but the data has 3."),
        (model(Dense(2)), BINARY, 2, SpecError, "The model 'm' ends in 2, but the binary loss takes one number"),
        (model(Dense(1)), Plan("d"), 2, SpecError, "The model 'm' ends in 1, but the data has 2 classes"),
        (model(Dense(3)), PROBABILITIES, 3, SpecError, "The loss takes probabilities, but the model 'm' ends in linear. Give"),
        (
            model(Dense(1, "softmax")),
            Plan("d", loss="binary", probabilities=True),
            2,
            SpecError,
            "The loss takes probabilities",
        ),
        (
            model(Dense(3, "softmax")),
            Plan("d", probabilities=True, differences=("softmax-before-loss",)),
            3,
            PlanError,
            "The difference 'softmax-before-loss' is about a loss that takes logits",
        ),
    ],
)
def test_a_model_that_does_not_fit_the_loss_is_refused(spec, plan, classes, error, sentence):
    with pytest.raises(error) as raised:
        losses.check(spec, plan, SHAPE, classes)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(
    ("plan", "units", "activation"),
    [
        (Plan("d"), 2, "linear"),
        (PROBABILITIES, 2, "softmax"),
        (BINARY, 1, "linear"),
        (Plan("d", loss="binary", probabilities=True), 1, "sigmoid"),
        (Plan("d", loss="categorical", label_smoothing=0.1), 2, "linear"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_made_to_fit_and_then_fits(name, plan, units, activation):
    spec = losses.fitted(preset(name, 2), plan, 2)
    assert (spec.layers[-1].units, spec.layers[-1].activation) == (units, activation)
    assert losses.check(spec, plan, SHAPE, 2).output_shape == (units,)
    assert spec.layers[:-1] == preset(name, 2).layers[:-1]
    assert losses.fitted(spec, Plan("d"), 2) == preset(name, 2), "and back again"


def test_a_softmax_layer_of_its_own_counts_and_is_taken_away():
    spec = model(Dense(3), Activation("softmax"))
    losses.check(spec, PROBABILITIES, SHAPE, 3)
    assert losses.fitted(spec, Plan("d"), 3) == model(Dense(3))


def test_a_model_without_a_last_dense_layer_stays_as_it_is():
    spec = ModelSpec("m", (MaxPool2D(2), Flatten()))
    assert losses.fitted(spec, PROBABILITIES, 3) == spec
