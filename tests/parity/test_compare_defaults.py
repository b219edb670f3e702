"""The table of defaults, read from the installed frameworks: what it lists as different really differs."""

import pytest

from clsf import FRAMEWORKS
from clsf.compare.defaults import ROWS, ask
from tests.parity.in_lockstep import Processes


@pytest.fixture(scope="module")
def rows():
    found = ask(Processes())
    assert not found.failures
    return {row.row: row for row in found.rows}


def test_both_frameworks_answer_every_row(rows):
    assert list(rows) == list(ROWS)
    assert all(rows[row].values[framework] for row in ROWS for framework in FRAMEWORKS)


def test_answers_are_plain_values(rows):
    """With a framework's own types, every reader would have to import the framework."""
    plain = (bool, int, float, str, tuple, type(None))
    for row in rows.values():
        for values in row.values.values():
            assert all(type(value) in plain for value in values.values()), row


@pytest.mark.parametrize(
    ("row", "keras", "torch"),
    [
        ("initial-weights", {"kernel_initializer": "glorot_uniform", "kernel · √((in + out) / 6)": "±1.00"}, {"kernel · √inputs": "±1.00"}),
        ("bias-init", {"bias_initializer": "zeros", "bias · √inputs": "±0.00"}, {"bias · √inputs": "±1.00"}),
        ("rmsprop-rule", {"rho": 0.9, "epsilon": 1e-7}, {"alpha": 0.99, "eps": 1e-8}),
        ("adam-rule", {"epsilon": 1e-7}, {"eps": 1e-8}),
        ("adagrad-rule", {"initial_accumulator_value": 0.1, "learning_rate": 0.001}, {"initial_accumulator_value": 0, "lr": 0.01}),
        ("adadelta-rule", {"rho": 0.95, "learning_rate": 0.001}, {"rho": 0.9, "lr": 1.0}),
        ("bn-momentum", {"momentum": 0.99}, {"momentum": 0.1}),
        ("bn-epsilon", {"epsilon": 1e-3}, {"eps": 1e-5}),
        ("bn-variance", {"moving variance of -1, 1": 1.0}, {"moving variance of -1, 1": 2.0}),
        ("image-norm-epsilon", {"epsilon": 1e-3, "groups: epsilon": 1e-3}, {"eps": 1e-5, "groups: eps": 1e-5}),
        ("slopes", {"alpha_initializer": "Zeros", "shared_axes": None}, {"init": 0.25, "num_parameters": 1}),
        ("response-norm", {"depth_radius": 5, "bias": 1, "alpha": 1, "beta": 0.5}, {"k": 1.0, "alpha": 1e-4, "beta": 0.75}),
        ("dropout-rate", {"rate": "must be given"}, {"p": 0.5}),
        ("dropout-at-evaluation", {"training": False}, {"training": True}),
        ("shuffling", {"shuffle": True}, {"shuffle": None}),
        ("softmax-before-loss", {"takes its input for": "probabilities"}, {"takes its input for": "logits"}),
        ("weight-decay-style", {"change of a weight of 1": -2.0}, {"change of a weight of 1": -1.0}),
        ("flatten-order", {"pixels a b, channels 1 2": "a1 a2 b1 b2"}, {"pixels a b, channels 1 2": "a1 b1 a2 b2"}),
        ("padding", {"same, stride 2, ones": "3 2"}, {"same, stride 2, ones": "padding='same' is not supported for strided convolutions"}),
    ],
)  # fmt: skip
def test_they_are_what_the_entries_say(rows, row, keras, torch):
    """The sentences of clsf.compare.entries_* contain these numbers; other framework versions may have different ones."""
    assert keras.items() <= rows[row].values["tensorflow"].items()
    assert torch.items() <= rows[row].values["torch"].items()
