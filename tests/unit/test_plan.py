"""Plan: what it refuses, with which messages, and its JSON form."""

import json
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clsf.errors import PlanError
from clsf.frameworks import VARIANTS
from clsf.plan import (
    COLOURS,
    DEVICES,
    DIFFERENCES,
    DTYPES,
    LEARNING_RATES,
    MAX_BATCH,
    MAX_EPOCHS,
    OPTIMIZERS,
    RULES,
    SCALES,
    STARTS,
    Plan,
    Preparation,
)

NAN, INFINITY = float("nan"), float("inf")
KNOWN_OPTIMIZERS = "sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, adamw, adamax, nadam"
A_RATE = "but must be a number above 0 and at most 1e+12."

WRONG = [
    ("data", "", "data is '', but must name a data set."),
    ("data", "  ", "data is '  ', but must name a data set."),
    ("data", None, "data is null, but must name a data set."),
    ("data", "x" * 201, f"data is '{'x' * 56}…, but must name a data set."),
    ("epochs", 0, "epochs is 0, but must be a whole number from 1 to 1000."),
    ("epochs", -1, "epochs is -1, but must be a whole number from 1 to 1000."),
    ("epochs", 1001, "epochs is 1001, but must be a whole number from 1 to 1000."),
    ("epochs", 2.0, "epochs is 2.0, but must be a whole number from 1 to 1000."),
    ("epochs", True, "epochs is true, but must be a whole number from 1 to 1000."),
    ("epochs", "5", "epochs is '5', but must be a whole number from 1 to 1000."),
    ("batch_size", 0, "batch_size is 0, but must be a whole number from 1 to 4096."),
    ("batch_size", 4097, "batch_size is 4097, but must be a whole number from 1 to 4096."),
    ("batch_size", None, "batch_size is null, but must be a whole number from 1 to 4096."),
    ("learning_rate", 0, f"learning_rate is 0, {A_RATE}"),
    ("learning_rate", -1, f"learning_rate is -1, {A_RATE}"),
    ("learning_rate", NAN, f"learning_rate is nan, {A_RATE}"),
    ("learning_rate", INFINITY, f"learning_rate is inf, {A_RATE}"),
    ("learning_rate", 10**400, f"learning_rate is 1{'0' * 56}…, {A_RATE}"),
    ("learning_rate", True, f"learning_rate is true, {A_RATE}"),
    ("learning_rate", "0.1", f"learning_rate is '0.1', {A_RATE}"),
    ("validation_share", 0, "validation_share is 0, but must be a number above 0 and at most 0.9."),
    ("validation_share", 1, "validation_share is 1, but must be a number above 0 and at most 0.9."),
    ("train_limit", 0, "train_limit is 0, but must be a whole number from 1 to 10000000."),
    ("optimizer", "ftrl", f"Unknown optimizer 'ftrl'. Known: {KNOWN_OPTIMIZERS}."),
    ("optimizer", "Adam", f"Unknown optimizer 'Adam'. Did you mean 'adam'? Known: {KNOWN_OPTIMIZERS}."),
    ("optimizer", None, f"Unknown optimizer 'None'. Known: {KNOWN_OPTIMIZERS}."),
    ("rules", "own", "Unknown rules 'own'. Known: aligned, native."),
    ("start", "he", "Unknown start 'he'. Known: glorot, kaiming."),
    ("dtype", "float16", "Unknown dtype 'float16'. Did you mean 'float64'? Known: float32, float64."),
    ("seed", -1, "seed is -1, but must be a whole number from 0 to 2147483647."),
    ("seed", 2**31, "seed is 2147483648, but must be a whole number from 0 to 2147483647."),
    ("variants", {"tensorflow": "loop"}, "Unknown variant of TensorFlow 'loop'. Known: graph, eager, fit."),
    ("variants", {"torch": "graph"}, "Unknown variant of PyTorch 'graph'. Known: loop, dataloader."),
    ("variants", {"jax": "loop"}, "Unknown framework 'jax'. Known: tensorflow, torch."),
    ("variants", "fit", "variants is 'fit', but must name a variant for each framework."),
    ("hyper", 0.9, "hyper is 0.9, but must name hyper-parameters and their values."),
    ("hyper", {"beta_1": 0.9}, "Unknown hyper-parameter of rmsprop 'beta_1'. Known: rho, epsilon."),
    ("hyper", {"rho": 1.0}, "rho is 1.0, but must be a number from 0 to 0.9999."),
    ("device", "gpu", "Unknown device 'gpu'. Did you mean 'cpu'? Known: auto, cpu."),
    ("l2", -0.1, "l2 is -0.1, but must be a number above 0 and at most 10."),
    ("l2", NAN, "l2 is nan, but must be a number above 0 and at most 10."),
    ("differences", "eval-mode", "differences is 'eval-mode', but must be a list of names."),
    ("differences", ("eval-mod",), "Unknown difference 'eval-mod'. Did you mean 'eval-mode'? Known: initial-weights, "),
    ("preparation.image_size", 3, "image_size is 3, but must be a whole number from 4 to 256."),
    ("preparation.image_size", 257, "image_size is 257, but must be a whole number from 4 to 256."),
    ("preparation.colour", "gray", "Unknown colour 'gray'. Did you mean 'grey'? Known: keep, grey, rgb."),
    ("preparation.scale", "0-1", "Unknown scale '0-1'. Known: zero-one, minus-one-one, standardise, efficientnet, imagenet."),
]


@pytest.mark.parametrize(("name", "value", "sentence"), [pytest.param(*w, id=f"{w[0]}={str(w[1])[:12]}") for w in WRONG])
def test_a_wrong_value_is_named_with_what_was_expected(name, value, sentence):
    kind, name = (Preparation, name.removeprefix("preparation.")) if name.startswith("preparation.") else (Plan, name)
    values = {name: value} if kind is Preparation else {"data": "digits", name: value}
    with pytest.raises(PlanError) as raised:
        kind(**values)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 1), ("epochs", MAX_EPOCHS), ("batch_size", 1), ("batch_size", MAX_BATCH), ("learning_rate", 1e-12),
     ("learning_rate", 3), ("validation_share", 0.9), ("train_limit", 1), ("seed", 0), ("l2", 0), ("l2", 10)],
)  # fmt: skip
def test_the_ends_of_each_range_belong_to_it(name, value):
    assert getattr(Plan("digits", **{name: value}), name) == value


def test_a_plan_needs_only_its_data():
    plan = Plan("digits")
    assert (plan.optimizer, plan.learning_rate, plan.rules, plan.dtype) == ("rmsprop", 0.001, "aligned", "float32")
    assert Plan.from_json({"data": "digits"}) == plan.but(split=1)  # written before splits had versions


def test_every_optimizer_has_a_learning_rate_to_start_from():
    assert set(LEARNING_RATES) == set(OPTIMIZERS)


def test_the_variant_is_that_of_the_framework():
    plan = Plan("digits", variants={"tensorflow": "fit"})
    assert (plan.variants["tensorflow"], plan.variants["torch"]) == ("fit", "loop")


def test_a_changed_plan_is_checked_again():
    plan = Plan("digits")
    assert plan.but(epochs=7) == Plan("digits", epochs=7)
    assert plan.epochs == 5
    with pytest.raises(PlanError, match="epochs is 0"):
        plan.but(epochs=0)


@pytest.mark.parametrize(
    ("plan", "optimizer", "dropout"),
    [
        pytest.param(Plan("d"), False, False, id="aligned"),
        pytest.param(Plan("d", rules="native"), True, True, id="native"),
        pytest.param(Plan("d", optimizer="adam", differences=("adam-rule",)), True, False, id="one rule"),
        pytest.param(Plan("d", optimizer="sgd", differences=("adam-rule",)), False, False, id="the rule of another optimizer"),
        pytest.param(Plan("d", differences=("dropout-masks",)), False, True, id="masks"),
    ],
)
def test_what_is_native(plan, optimizer, dropout):
    assert (plan.native_optimizer, plan.native_dropout) == (optimizer, dropout)


plans = st.builds(
    Plan,
    data=st.text(min_size=1, max_size=200).filter(str.strip),
    preparation=st.builds(
        Preparation,
        image_size=st.none() | st.integers(4, 256),
        colour=st.sampled_from(COLOURS),
        scale=st.sampled_from(SCALES),
    ),
    validation_share=st.floats(0, 0.9, exclude_min=True),
    train_limit=st.none() | st.integers(1, 10_000_000),
    epochs=st.integers(1, MAX_EPOCHS),
    batch_size=st.integers(1, MAX_BATCH),
    optimizer=st.sampled_from(OPTIMIZERS),
    learning_rate=st.floats(0, 1e12, exclude_min=True),
    rules=st.sampled_from(RULES),
    start=st.sampled_from(STARTS),
    dtype=st.sampled_from(DTYPES),
    seed=st.integers(0, 2**31 - 1),
    variants=st.fixed_dictionaries({name: st.sampled_from(names) for name, names in VARIANTS.items()}),
    device=st.sampled_from(DEVICES),
    l2=st.just(0.0) | st.floats(0, 10, exclude_min=True),
    differences=st.lists(st.sampled_from(DIFFERENCES), unique=True).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(plans)
def test_any_plan_survives_json(plan):
    again = Plan.from_json(json.loads(json.dumps(plan.to_json(), allow_nan=False)))
    assert again == plan
    assert hash(again) == hash(plan)


def test_the_json_form_names_every_field():
    assert set(Plan("digits").to_json()) == {f.name for f in fields(Plan)}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param([], "a plan is a JSON object, but this is [].", id="a list"),
        pytest.param(None, "a plan is a JSON object, but this is null.", id="null"),
        pytest.param({}, "A plan needs the field 'data'.", id="no data"),
        pytest.param(
            {"data": "d", "epoch": 3}, "Unknown field 'epoch'. Did you mean 'epochs'? Known: data, ", id="unknown field"
        ),
        pytest.param({"data": "d", "preparation": 3}, "a preparation is a JSON object, but this is 3.", id="preparation"),
        pytest.param(
            {"data": "d", "preparation": {"size": 3}},
            "Unknown field 'size'. Known: image_size, colour, scale.",
            id="unknown field of the preparation",
        ),
        pytest.param({"data": "d", "epochs": "many"}, "epochs is 'many', but must be a whole number", id="wrong type"),
        pytest.param({"data": ["d"]}, "data is ['d'], but must name a data set.", id="data is a list"),
        pytest.param(
            {"data": "d", "differences": "all"}, "differences is 'all', but must be a list of names.", id="differences"
        ),
        pytest.param({"data": "d", "differences": [3]}, "Unknown difference '3'. Known: ", id="a number among differences"),
        pytest.param({"data": "d", "differences": [[]]}, "Unknown difference '[]'. Known: ", id="a list among differences"),
    ],
)
def test_json_that_is_no_plan_is_refused_in_words(data, sentence):
    with pytest.raises(PlanError) as raised:
        Plan.from_json(data)
    assert str(raised.value).startswith(sentence)
