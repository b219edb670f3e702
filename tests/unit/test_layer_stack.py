"""Chains of the Layers page by arithmetic: sizes and counts worked out by hand, chains as text, kernels, and receptive fields"""

from __future__ import annotations

import numpy as np
import pytest

from clsf.errors import SpecError
from clsf.layer_stack import facts, field, kernels, stages, weights
from clsf.layer_stack.facts import fitting, mends, stack_facts
from clsf.layer_stack.stages import Filling, Stage, from_text, to_text
from clsf.model.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    MaxPool2D,
)
from tests.backends.reference import Forward

DIGIT = (28, 28, 1)


def chain(*layers, **filling) -> tuple[Stage, ...]:
    return tuple(Stage(layer, Filling(**filling)) for layer in layers)


def facts_of(layer, shape):
    return stack_facts(chain(layer), shape).facts[0]


# Shapes and counts.


@pytest.mark.parametrize(
    ("layer", "out"),
    [
        (Conv2D(1, 3, padding="valid"), (26, 26, 1)),
        (Conv2D(1, 3, padding="same"), (28, 28, 1)),
        (Conv2D(1, 5, padding="valid"), (24, 24, 1)),
        (Conv2D(1, 3, strides=2, padding="valid"), (13, 13, 1)),
        (Conv2D(1, 3, strides=2, padding="same"), (14, 14, 1)),
        (Conv2D(1, 3, dilation_rate=2), (24, 24, 1)),
        (MaxPool2D(2), (14, 14, 1)),
        (MaxPool2D(3), (9, 9, 1)),
        (MaxPool2D(3, padding="same"), (10, 10, 1)),
    ],
)
def test_sizes_of_a_28_by_28_image_worked_by_hand(layer, out):
    found = facts_of(layer, DIGIT)
    assert found.out_shape == out
    assert f"= {out[0]}" in found.formula


def test_the_lectures_dense_layer_has_100480_parameters():
    found = facts_of(Dense(128), (784,))
    assert found.trainable == 128 * 784 + 128 == 100_480
    assert str(found.counted).startswith("128 × (784 weights + 1 bias) = 100,480 parameters")


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Conv2D(8, 3), (32, 32, 3), "8 × (3×3×3 weights + 1 bias) = 224 parameters"),
        (Conv2D(8, 3, use_bias=False), (64, 64, 3), "8 × 3×3×3 weights = 216 parameters"),
        (DepthwiseConv2D(3, depth_multiplier=2), (9, 9, 4), "4×2 × (3×3 weights + 1 bias) = 80 parameters"),
        (DepthwiseConv2D(2, use_bias=False), (9, 9, 4), "4×1 × 2×2 weights = 16 parameters"),
        (Dense(10, use_bias=False), (30,), "10 × 30 weights = 300 parameters"),
        (BatchNorm(), (5, 5, 6), "6 × (1 scale + 1 shift) = 12 parameters"),
        (MaxPool2D(), DIGIT, "No parameters"),
    ],
)
def test_parameters_are_counted_in_words(layer, shape, words):
    assert str(facts_of(layer, shape).counted).startswith(words)


@pytest.mark.parametrize(
    ("layer", "side", "expected"),
    [
        (Conv2D(1, 3, strides=2, padding="same"), 28, (0, 1)),  # (14 - 1) * 2 + 3 - 28 = 1 cell, padded at the end
        (Conv2D(1, 3, strides=2, padding="same"), 29, (1, 1)),
        (Conv2D(1, 2, padding="same"), 28, (0, 1)),
        (Conv2D(1, 5, padding="same"), 28, (2, 2)),
        (Conv2D(1, 3, dilation_rate=3, padding="same"), 28, (3, 3)),
        (MaxPool2D(3, strides=2, padding="same"), 28, (0, 1)),
        (Conv2D(1, 3), 28, (0, 0)),
    ],
)
def test_padding_same_worked_by_hand(layer, side, expected):
    assert layer.pads((side, side, 1))[:2] == expected


def test_uneven_padding_and_lost_cells_are_said():
    assert "not the same on both sides: 0 above, 1 below" in str(
        fitting(facts_of(Conv2D(1, 3, strides=2, padding="same"), DIGIT))
    )
    assert "the same on both sides: 1 above" in str(fitting(facts_of(Conv2D(1, 3, padding="same"), DIGIT)))
    assert "adds nothing" in str(fitting(facts_of(MaxPool2D(2, padding="same"), DIGIT)))
    assert "never looked at: 1 below, 1 at the right" in str(fitting(facts_of(MaxPool2D(3), DIGIT)))
    assert fitting(facts_of(Flatten(), DIGIT)) is None


def test_formulas_hold_the_students_numbers():
    assert r"\frac{28 - 3}{2}" in facts_of(Conv2D(1, 3, strides=2), DIGIT).formula
    assert "2\\,(3-1)+1 = 5" in facts_of(Conv2D(1, 3, dilation_rate=2), DIGIT).formula
    assert "W'" in facts_of(Conv2D(1, 3), (28, 20, 1)).formula
    assert r"26 \cdot 26 \cdot 8 = 5408" in facts_of(Flatten(), (26, 26, 8)).formula


# What does not fit.


@pytest.mark.parametrize(
    ("row", "shape", "why"),
    [
        (chain(Dense(10)), DIGIT, "needs a flat vector"),
        (chain(Flatten(), Conv2D(4)), DIGIT, "needs an image"),
        (chain(Conv2D(4, 9)), (6, 6, 1), "9×9 kernel does not fit"),
        (chain(Conv2D(4, 3, dilation_rate=4)), (6, 6, 1), "9×9 kernel does not fit"),
        (chain(MaxPool2D(8)), (6, 6, 1), "8×8 window does not fit"),
        (chain(Conv2D(2), Activation(), MaxPool2D(2), Dense(3)), DIGIT, "needs a flat vector"),
        (chain(Conv2D(128, 3)), (128, 128, 3), "1,500,000"),
    ],
)
def test_what_does_not_fit_is_explained_and_most_mends_work(row, shape, why):
    found = stack_facts(row, shape)
    assert why in str(found.problem)
    at = len(found.facts)
    offered = mends(row, at, found.shapes[-1])
    for mend in offered:
        assert len(mend.chain) <= stages.MAX_STAGES
        after = stack_facts(mend.chain, shape)
        assert after.problem is None or len(after.facts) >= at, str(mend.title)
    if "1,500,000" not in why:
        assert any(stack_facts(mend.chain, shape).problem is None for mend in offered)


def test_what_comes_before_the_misfit_is_known():
    found = stack_facts(chain(Conv2D(4), Dense(3), Flatten()), DIGIT)
    assert found.shapes == (DIGIT, (26, 26, 4))


# Chains as text.

CHAINS = [
    stages.DEFAULT,
    chain(Conv2D(3, 5, strides=2, padding="same", activation="gelu", use_bias=False)),
    (Stage(Conv2D(2), Filling("own", numbers=(0.5, -1.25, 3, 0, 1e-3, 7, 0, 0, -2))), Stage(BatchNorm(0.9, 0.01))),
    chain(DepthwiseConv2D(3, depth_multiplier=2), Dropout(0.25), GlobalAveragePool2D(), Dense(7, "softmax")),
    (Stage(MaxPool2D(3, 2, "same")), Stage(AveragePool2D(2)), Stage(Dense(5), Filling("run", run="a-B_9", path="3.body.1"))),
    (Stage(Conv2D(4), Filling("hand", seed=7, scheme="kaiming", kernels=())),),
]


@pytest.mark.parametrize("row", CHAINS, ids=to_text)
def test_a_chain_survives_its_text(row):
    assert from_text(to_text(row)) == row


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "1 to 4 layers"),
        (";".join(["Flatten"] * 5), "1 to 4 layers"),
        ("Conv3D", "Unknown layer kind"),
        ("Conv2D", "needs the field 'filters'"),
        ("Conv2D:filters=0", "from 1 to"),
        ("Conv2D:filters=4096", "from 1 to 128"),
        ("Conv2D:filters=x", "not a number"),
        ("Conv2D:filters=4,colour=red", "Unknown field"),
        ("Conv2D:filters", "has no value"),
        ("Conv2D:filters=4,use_bias=maybe", "must be one of"),
        ("Conv2D:filters=4,padding=full", "must be one of"),
        ("Conv2D:filters=4,strides=2,dilation_rate=2", "Keras refuses"),
        ("Dropout:rate=2", "below 1"),
        ("Dropout:rate=nan", "below 1"),
        ("Conv2D:filters=4,w.source=magic", "Unknown source"),
        ("Conv2D:filters=4,w.kernels=edge+evil", "Unknown kernel"),
        ("Conv2D:filters=4,w.numbers=1+2", "9 numbers"),
        ("Conv2D:filters=4,w.numbers=inf+1+1+1+1+1+1+1+1", "9 numbers"),
        ("Residual:layers=1", "Unknown layer kind"),
        ("__import__('os')", "Unknown layer kind"),
        ("Flatten;" * 400, "characters"),
    ],
)
def test_a_text_that_is_no_chain_is_refused_in_words(text, why):
    with pytest.raises(SpecError, match=why):
        from_text(text)


# Kernels and weights.


def test_kernels_by_hand_do_what_their_names_say():
    sums = {name: round(sum(numbers), 12) for name, numbers in kernels.KERNELS.items()}
    assert sums == {"edge": 0, "sobel-x": 0, "sobel-y": 0, "blur": 1, "sharpen": 1, "emboss": 1, "identity": 1}
    assert kernels.placed(kernels.KERNELS["identity"], 5)[2, 2] == 1
    np.testing.assert_array_equal(
        np.reshape(kernels.KERNELS["sobel-x"], (3, 3)).T, np.reshape(kernels.KERNELS["sobel-y"], (3, 3))
    )


def test_the_first_filters_are_by_hand_and_act_on_the_mean_of_the_channels():
    row = (Stage(Conv2D(5, 3), Filling("hand", kernels=("sobel-x", "blur"))),)
    drawn = weights.draw(row, (8, 8, 3))
    random = weights.draw(chain(Conv2D(5, 3)), (8, 8, 3))
    np.testing.assert_array_equal(drawn["1.kernel"][..., 2:], random["1.kernel"][..., 2:])
    image = np.random.default_rng(0).random((1, 8, 8, 3))
    mean = Forward((Conv2D(1, 3, use_bias=False),), {"1.kernel": np.reshape(kernels.KERNELS["sobel-x"], (3, 3, 1, 1))})(
        image.mean(axis=3, keepdims=True)
    )
    np.testing.assert_allclose(Forward((row[0].layer,), drawn)(image)[..., :1], mean, atol=1e-6)


def test_ones_own_numbers_become_the_first_filter():
    numbers = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
    drawn = weights.draw((Stage(Conv2D(2, 5), Filling("own", numbers=numbers)),), DIGIT)
    np.testing.assert_array_equal(drawn["1.kernel"][1:4, 1:4, 0, 0], np.reshape(numbers, (3, 3)))
    assert not drawn["1.kernel"][0, :, 0, 0].any()


def test_the_same_seed_draws_the_same_and_another_does_not():
    one, same, other = (weights.draw(chain(Conv2D(2), seed=seed), DIGIT)["1.kernel"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).all()


def test_weights_of_a_run_are_taken_if_they_fit():
    trained = {"3.kernel": np.ones((3, 3, 1, 2)), "3.bias": np.zeros(2)}
    row = (Stage(Conv2D(2), Filling("run", run="r", path="3")),)
    np.testing.assert_array_equal(weights.draw(row, DIGIT, {"r": trained})["1.kernel"], trained["3.kernel"])
    with pytest.raises(SpecError, match="has a kernel of 3×3×1×2, but on a 28×28×3 input 3×3×3×2 is needed"):
        weights.draw(row, (28, 28, 3), {"r": trained})
    with pytest.raises(SpecError, match="are not here"):
        weights.draw(row, DIGIT, {})
    with pytest.raises(SpecError, match="layer 9 of the run has no kernel"):
        weights.draw((Stage(Conv2D(2), Filling("run", run="r", path="9")),), DIGIT, {"r": trained})


def test_kernels_by_hand_need_room():
    with pytest.raises(SpecError, match="kernels by hand are 3×3, but kernel_size is 2"):
        weights.draw((Stage(Conv2D(2, 2), Filling("hand")),), DIGIT)


# The receptive field, against a real computation.

FIELDS = [
    (Conv2D(1, 3),),
    (Conv2D(1, 3, strides=2, padding="same"),),
    (Conv2D(1, 3, padding="same"), MaxPool2D(2), Conv2D(1, 3, padding="same")),
    (Conv2D(1, 3, dilation_rate=2), AveragePool2D(3, strides=2, padding="same")),
    (Conv2D(1, 4, padding="same"), Activation("linear"), Conv2D(1, 2, strides=3)),
]


@pytest.mark.parametrize("layers", FIELDS, ids=lambda layers: "-".join(type(x).__name__ for x in layers))
def test_the_receptive_field_is_what_changes_a_cell(layers):
    """A picture with one bright pixel: with all weights 1, exactly the cells that see it are above 0."""
    # A mean has the same receptive field as a maximum, and every single pixel changes it.
    layers = tuple(AveragePool2D(x.pool_size, x.strides, x.padding) if isinstance(x, MaxPool2D) else x for x in layers)
    shape, row = (11, 13, 1), chain(*layers)
    found = stack_facts(row, shape).facts
    ones = {
        name: np.ones(w.shape) * (not name.endswith("bias"))
        for f in found
        for w in f.weights
        for name in [f"{f.path}.{w.name}"]
    }
    seen = field.seen(found)[0]
    forward = Forward(layers, ones)
    dilated = any(getattr(x, "dilation_rate", 1) > 1 for x in layers)
    for r in range(shape[0]):
        for c in range(shape[1]):
            picture = np.zeros((1, *shape))
            picture[0, r, c] = 1
            lit = forward(picture)[0, :, :, 0] > 0
            expected = np.outer([a <= r <= b for a, b in seen.rows], [a <= c <= b for a, b in seen.columns])
            assert not (lit & ~expected).any()
            assert dilated or (lit == expected).all()  # a dilated kernel leaves gaps inside its square


def test_the_size_of_the_field_is_that_of_the_model_layer():
    found = stack_facts(chain(Conv2D(1, 3), MaxPool2D(2), Conv2D(1, 3)), (40, 40, 1)).facts
    assert found[-1].receptive_field == 8
    first, last = field.seen(found)[0].rows[0]
    assert last - first + 1 == 8


@pytest.mark.parametrize("channels_first", [False, True])
def test_places_of_a_flat_vector_are_those_of_numpy(channels_first):
    shape = (3, 4, 5)
    numbered = np.arange(60).reshape(shape)
    flat = (numbered.transpose(2, 0, 1) if channels_first else numbered).ravel()
    for n, value in enumerate(flat):
        place = field.place(n, shape, channels_first)
        assert numbered[place] == value
        assert field.flat_index(*place, shape, channels_first) == n


def test_flat_stages_are_told_from_images():
    found = stack_facts(chain(Conv2D(2), Flatten(), Dense(3)), DIGIT).facts
    assert field.image_stages(found) == 1
    assert field.sees_everything(found)
    assert not field.sees_everything(found[:2])
    assert facts.weight_shapes(found[0].weights) == "kernel 3×3×1×2, bias 2"
