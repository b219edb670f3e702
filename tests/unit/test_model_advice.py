"""Advice on a design, case by case, and the result of the offered fix"""

from __future__ import annotations

import pytest

from clsf.model.advice import advice, ready
from clsf.model.branches import Parallel, Residual
from clsf.model.edit import design_of
from clsf.model.edit_facts import design_facts
from clsf.model.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GroupNormalization,
    LayerNormalization,
    MaxPool2D,
)
from clsf.model.presets import NAMES, preset
from clsf.model.spec import ModelSpec

SHAPE = (28, 28, 1)


def told(*layers, shape=SHAPE, classes=10, batch=1):
    return advice(design_facts(design_of(ModelSpec("x", layers)), shape), classes, batch)


def names(found) -> list[str]:
    return [one.name for one in found]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_serious_is_said_of_the_presets(name):
    found = told(*preset(name).layers, shape=(32, 32, 3))
    assert {one.level for one in found} <= {"note"}
    assert ready(design_facts(design_of(preset(name)), (32, 32, 3)), found)


CASES = [
    pytest.param((Flatten(), Dense(64), Dense(10)), "no-non-linearity", "warn", id="two Dense layers"),
    pytest.param((Flatten(), Dense(64), Dropout(0.2), BatchNorm(), Dense(10)), "no-non-linearity", "warn", id="only linear layers between"),
    pytest.param((Conv2D(4), Conv2D(4), Activation("relu"), Flatten(), Dense(10)), "no-non-linearity", "warn", id="two convolutions"),
    pytest.param((Conv2D(4), AveragePool2D(), Flatten(), Dense(10)), "no-non-linearity", "warn", id="a mean is linear"),
    pytest.param((Conv2D(8, activation="relu"), Dense(10)), "broken", "broken", id="Flatten missing"),
    pytest.param((Conv2D(8, activation="relu"), Flatten(), Dense(200, "relu"), Dense(10)), "largest", "note", id="one Dense holds all"),
    pytest.param((Flatten(), Dense(10, "softmax")), "softmax", "warn", id="softmax as a field"),
    pytest.param((Flatten(), Dense(10), Activation("softmax")), "softmax", "warn", id="softmax as a layer"),
    pytest.param((Flatten(), Dense(10, "relu")), "bent-logits", "warn", id="relu at the end"),
    pytest.param((*[MaxPool2D(2)] * 5, Flatten(), Dense(10)), "broken", "broken", id="pooled down to nothing"),
    pytest.param((Flatten(), Dropout(0.9), Dense(10)), "high-dropout", "warn", id="dropout 0.9"),
    pytest.param((Flatten(), Dense(7)), "last-layer", "stop", id="seven outputs for ten classes"),
    pytest.param((Conv2D(10),), "last-layer", "stop", id="ends in an image"),
    pytest.param((), "last-layer", "stop", id="empty"),
    pytest.param((Flatten(), Dense(10), Dropout(0.5)), "dropped-logits", "warn", id="dropout after the logits"),
    pytest.param((LayerNormalization(), Flatten(), Dense(10)), "normalised-alone", "warn", id="layer norm of a grey image"),
    pytest.param((Flatten(), Dense(8), GroupNormalization(8), Activation("relu"), Dense(10)), "normalised-alone", "warn", id="groups of one number"),
    pytest.param((Parallel(((), ())), Flatten(), Dense(10)), "empty-branches", "note", id="empty branches"),
]  # fmt: skip


@pytest.mark.parametrize(("layers", "name", "level"), CASES)
def test_each_mistake_is_told_and_its_first_mend_mends_it(layers, name, level):
    found = [one for one in told(*layers) if one.name == name]
    assert [one.level for one in found] == [level]
    if found[0].mends:
        after = design_facts(found[0].mends[0].design, SHAPE)
        assert (name, found[0].uid) not in [(one.name, one.uid) for one in advice(after, 10)]


def test_a_non_linearity_between_is_enough():
    assert "no-non-linearity" not in names(told(Flatten(), Dense(64), Activation("relu"), Dense(10)))
    assert "no-non-linearity" not in names(told(Flatten(), Dense(64, "tanh"), Dropout(0.1), Dense(10)))
    assert "no-non-linearity" not in names(told(Conv2D(4), MaxPool2D(), Flatten(), Dense(10)))  # a maximum is not linear


def test_the_floor_of_two_softmaxes_is_the_one_of_the_lecture():
    found = next(one for one in told(Flatten(), Dense(10, "softmax")) if one.name == "softmax")
    assert "1.461" in str(found.said)  # ln(1 + 9/e)


def test_seven_outputs_are_mended_to_ten():
    found = next(one for one in told(Flatten(), Dense(7)) if one.name == "last-layer")
    assert [str(mend.label) for mend in found.mends] == ["Set units to 10", "Add a dense layer of 10 units at the end"]
    assert found.mends[0].design.spec().layers == (Flatten(), Dense(10))


def test_flatten_missing_is_mended_by_putting_it_there():
    found = told(Conv2D(8, activation="relu"), Dense(10))[0]
    assert "it needs a flat vector, but receives a 26×26×8 image" in str(found.said)
    made = {str(mend.label): mend.design.spec().layers[1:-1] for mend in found.mends[:2]}
    assert made == {"Put a Flatten before it": (Flatten(),), "Put a GlobalAveragePool2D before it": (GlobalAveragePool2D(),)}


def test_a_convolution_behind_flatten_is_moved_before_it():
    found = told(Flatten(), Conv2D(8), Dense(10))[0]
    assert str(found.mends[0].label) == "Move it before the Flatten"
    assert [type(layer).__name__ for layer in found.mends[0].design.spec().layers] == ["Conv2D", "Flatten", "Dense"]


def test_a_residual_that_ends_otherwise_gets_a_shortcut():
    layers = (Residual((Conv2D(16, strides=2, padding="same"),)), Flatten(), Dense(10))
    found = told(*layers)[0]
    labels = [str(mend.label) for mend in found.mends]
    assert "Give the shortcut a 1×1 convolution that ends in 14×14×16" in labels
    mended = found.mends[labels.index("Give the shortcut a 1×1 convolution that ends in 14×14×16")].design.spec()
    assert mended.analyse(SHAPE).layers[-3].out_shape == (14, 14, 16)


def test_a_layer_with_a_million_million_parameters_is_red_and_never_built():
    found = told(Conv2D(65_536, 64, padding="same"), Flatten(), Dense(10))
    assert found[0].level == "broken"
    assert "numbers in one array" in str(found[0].said)
    assert str(found[0].mends[0].label).startswith("Set filters to ")


def test_much_memory_is_told_with_the_batch_that_needs_it():
    layers = (Conv2D(64, padding="same", activation="relu"), Flatten(), Dense(10))
    shape = (224, 224, 3)
    assert "memory" not in names(told(*layers, shape=shape, batch=1))
    found = next(one for one in told(*layers, shape=shape, batch=256) if one.name == "memory")
    assert "6.6 GB" in str(found.said)  # 2 · 224·224·64 · 4 bytes · 256, and little more


def test_what_is_switched_off_is_not_judged():
    from clsf.model import edit_steps

    design = design_of(ModelSpec("x", (Flatten(), Dropout(0.9), Dense(10))))
    design = edit_steps.switch(design, design.cards[1].uid, True)
    assert names(advice(design_facts(design, SHAPE), 10)) == []
