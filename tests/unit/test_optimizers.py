"""Optimizers: one declaration gives the calls of both frameworks, and a call gives back the declaration."""

import random
import re
from pathlib import Path

import pytest

from clsf.calls import Call, Name
from clsf.errors import SpecError
from clsf.optimizer_calls import KERAS, TORCH, read_keras, read_torch
from clsf.optimizers import OPTIMIZERS

SOURCES = [p for folder in ("clsf", "pages") for p in (Path(__file__).parents[2] / folder).rglob("*.py")]
EACH = pytest.mark.parametrize("declared", OPTIMIZERS.values(), ids=OPTIMIZERS)


@EACH
def test_an_optimizer_is_named_in_few_files(declared):
    # Faults and the reader deal with names in other people's code.
    own = [p for p in SOURCES if not {"faults", "reader", "doctor"} & set(p.parts) and p.name != "diagnose_measure.py"]
    found = [p.name for p in own if re.search(rf"[\"']{declared.name}[\"']", p.read_text(encoding="utf-8"))]
    allowed = 5 if declared.name not in ("momentum",) else 20  # also an argument of Keras and PyTorch, and of BatchNorm
    assert len(found) <= allowed, found


@EACH
def test_the_usual_call_in_both_frameworks_reads_back_as_the_optimizer(declared):
    keras, torch = read_keras(declared.keras_call(0.5, {})), read_torch(declared.torch_call(0.5, {}, aligned=True))
    for reading in (keras, torch):
        assert (reading.optimizer, reading.rate, reading.hyper) == (declared, 0.5, {})
    assert keras.decay == declared.decay
    assert keras.left == {}


@EACH
def test_any_hyper_parameters_come_back_from_both_calls(declared):
    rng = random.Random(declared.name)
    for _ in range(50):
        given = {s.name: round(rng.uniform(0.01, min(s.high, 1.0)), 6) for s in declared.settings if rng.random() < 0.7}
        decay = rng.choice([None, 0.03])
        for reading in (
            read_keras(declared.keras_call(0.25, given, decay)),
            read_torch(declared.torch_call(0.25, given, decay, aligned=True)),
        ):
            assert (reading.optimizer, reading.rate) == (declared, 0.25)
            assert reading.values == declared.values(given)
            assert decay is None or reading.decay == decay


@pytest.mark.parametrize(
    ("call", "name", "rate", "hyper", "left"),
    [
        ("adam", "adam", 0.001, {}, {}),
        ("SGD", "sgd", 0.01, {}, {}),
        ("rmsprop", "rmsprop", 0.001, {}, {}),
        (Call("keras.optimizers.SGD", (0.1, 0.8)), "momentum", 0.1, {"momentum": 0.8}, {}),
        (Call("tf.keras.optimizers.SGD", (), {"lr": 0.1, "momentum": 0.9, "nesterov": True}), "nesterov", 0.1, {}, {}),
        (Call("SGD", (), {"momentum": 0.0}), "sgd", 0.01, {}, {}),
        (Call("tf.keras.optimizers.legacy.Adam", (), {"lr": 0.01, "decay": 1e-6}), "adam", 0.01, {}, {"decay": 1e-6}),
        (Call("optimizers.Adam", (0.01, 0.5)), "adam", 0.01, {"beta_1": 0.5}, {}),
        (Call("optimizers.Adam", (Name("rate"),), {"clipnorm": 1.0}), "adam", None, {}, {"clipnorm": 1.0}),
    ],
)
def test_keras_calls_of_all_kinds_are_read(call, name, rate, hyper, left):
    reading = read_keras(call)
    assert (reading.optimizer.name, reading.rate, reading.hyper, reading.left) == (name, rate, hyper, left)


@pytest.mark.parametrize(
    ("call", "name", "rate", "values", "decay"),
    [
        (Call("optim.SGD", (Call("model.parameters"), 0.1, 0.9)), "momentum", 0.1, {"momentum": 0.9}, 0.0),
        (Call("torch.optim.SGD", (Call("model.parameters"),), {"lr": 0.1}), "sgd", 0.1, {}, 0.0),
        (Call("torch.optim.RMSprop", (Call("p"),)), "rmsprop", 0.01, {"rho": 0.99, "epsilon": 1e-8}, 0.0),
        (
            Call("torch.optim.AdamW", (Call("p"),), {"betas": (0.8, 0.9)}),
            "adamw", 0.001, {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-8}, 0.01,
        ),
        (Call("NAdam", (Call("p"),), {"lr": 1}), "nadam", 1.0, {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}, 0.0),
    ],
)  # fmt: skip
def test_torch_calls_of_all_kinds_are_read(call, name, rate, values, decay):
    reading = read_torch(call)
    assert (reading.optimizer.name, reading.rate, reading.values, reading.decay) == (name, rate, values, decay)


def test_what_is_no_declared_optimizer_is_none_and_a_wrong_argument_is_said():
    assert read_keras("ftrl") is None
    assert read_keras(Call("layers.Dense", (10,))) is None
    assert read_torch(Call("optim.LBFGS", (Call("p"),))) is None
    with pytest.raises(SpecError, match="Adam has no argument betas"):
        read_keras(Call("optimizers.Adam", (), {"betas": (0.9, 0.99)}))


def test_declared_defaults_are_those_of_the_signatures():
    for declared in OPTIMIZERS.values():
        keras, torch = KERAS[declared.keras].parameters, TORCH[declared.torch].parameters
        for setting in declared.settings:
            assert keras[setting.name] == setting.default
            name, _, place = setting.torch.partition(".")
            assert (torch[name][int(place)] if place else torch[name]) == setting.torch_default
        assert (keras["weight_decay"] or 0.0, torch["weight_decay"] if declared.decoupled else 0.0) == (
            declared.decay,
            declared.torch_decay,
        )
