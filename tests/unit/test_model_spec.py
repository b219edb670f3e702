"""ModelSpec: its checks, and its JSON form, which is untrusted input."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clsf.errors import SpecError
from clsf.model.branches import Parallel, Residual
from clsf.model.layers import (
    ACTIVATIONS,
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
from clsf.model.presets import NAMES, preset
from clsf.model.spec import KINDS, MAX_JSON, MAX_LAYERS, ModelSpec

small, padding, activation = st.integers(1, 64), st.sampled_from(["valid", "same"]), st.sampled_from(ACTIVATIONS)
slide = st.one_of(
    st.fixed_dictionaries({"strides": small, "dilation_rate": st.just(1)}),
    st.fixed_dictionaries({"strides": st.just(1), "dilation_rate": small}),
)
convolution = st.fixed_dictionaries(
    {"kernel_size": small, "padding": padding, "activation": activation, "use_bias": st.booleans()}
)
pool = {"pool_size": small, "strides": st.none() | small, "padding": padding}

plain_layers = st.one_of(
    st.builds(lambda filters, s, c: Conv2D(filters=filters, **s, **c), st.integers(1, 65_536), slide, convolution),
    st.builds(lambda multiplier, s, c: DepthwiseConv2D(depth_multiplier=multiplier, **s, **c), small, slide, convolution),
    st.builds(MaxPool2D, **pool),
    st.builds(AveragePool2D, **pool),
    st.just(GlobalAveragePool2D()),
    st.builds(Dense, units=st.integers(1, 65_536), activation=activation, use_bias=st.booleans()),
    st.just(Flatten()),
    st.builds(Dropout, rate=st.floats(0, 1, exclude_max=True)),
    st.builds(BatchNorm, momentum=st.floats(0, 1, exclude_max=True), epsilon=st.floats(0, 1, exclude_min=True)),
    st.builds(Activation, name=activation),
)


def branching(depth: int) -> st.SearchStrategy:
    """Return layers with at most `depth` levels of branches."""
    if not depth:
        return plain_layers
    row = st.lists(branching(depth - 1), max_size=3).map(tuple)
    return st.one_of(
        plain_layers,
        st.builds(Residual, row, row),
        st.builds(Parallel, st.lists(row, min_size=2, max_size=3).map(tuple)),
    )


TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")

specs = st.builds(
    ModelSpec,
    st.text(TEXT, min_size=1, max_size=60).filter(str.strip),
    st.lists(branching(3), max_size=4).map(tuple),
)


@pytest.mark.parametrize("name", NAMES)
def test_presets_survive_json(name):
    spec = preset(name)
    assert ModelSpec.from_text(json.dumps(spec.to_json(), allow_nan=False)) == spec


@settings(max_examples=150, deadline=None)
@given(specs)
def test_any_model_survives_json(spec):
    text = json.dumps(spec.to_json(), allow_nan=False)
    if text.count('"kind"') <= MAX_LAYERS and len(text) <= MAX_JSON:
        assert ModelSpec.from_text(text) == spec


@settings(max_examples=150, deadline=None)
@given(specs, st.sampled_from([(28, 28, 1), (5, 4, 3), (1, 1, 1), (12,)]))
def test_any_model_is_analysed_or_refused_in_words(spec, shape):
    analysis, problem = tried(lambda: spec.analyse(shape))
    if problem:
        assert problem.startswith("Layer ")
    else:
        assert all(side >= 1 for facts in analysis.layers for side in facts.out_shape)
        assert analysis.parameters == sum(w.size for w in analysis.named_weights().values())
        assert all(1 <= facts.receptive_field <= max(shape[:2]) for facts in analysis.layers)


def tried(do: Callable) -> tuple[object, str]:
    """Return what `do()` returns, or the sentence of the SpecError it raises; any other exception is a failure."""
    try:
        return do(), ""
    except SpecError as error:
        return None, str(error)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(sorted(KINDS)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["kind", "layers", "shortcut", "branches", "units", "rate", "name", "version"]), inner
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(json_values, json_values)
def test_whatever_comes_in_is_read_or_refused_in_words(data, layers):
    for value in (data, {"version": 1, "name": "x", "layers": layers}, {"version": 1, "name": "x", "layers": [data]}):
        spec, problem = tried(lambda value=value: ModelSpec.from_json(value))
        assert isinstance(spec, ModelSpec) or problem


def test_defaults_may_be_left_out():
    data = {"version": 1, "name": "short", "layers": [{"kind": "Conv2D", "filters": 8}, {"kind": "Residual", "layers": []}]}
    assert ModelSpec.from_json(data).layers == (Conv2D(8), Residual(()))


def one(**layer: object) -> str:
    return json.dumps({"version": 1, "name": "x", "layers": [layer]})


def nested(depth: int) -> str:
    inside: dict = {"kind": "Flatten"}
    for _ in range(depth):
        inside = {"kind": "Residual", "layers": [inside]}
    return one(**inside)


ALL_KINDS = ", ".join(KINDS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("[]", "A model is a JSON object, but this is [].", id="a list"),
        pytest.param("null", "A model is a JSON object, but this is null.", id="null"),
        pytest.param("{", "The model is not JSON: Line 1, character ", id="half of one"),
        pytest.param("", "The model is not JSON: Line 1, character ", id="empty"),
        pytest.param(
            " " * 500_001, "The model has 500001 characters of JSON; at most 500000 are read.", id="too many characters"
        ),
        pytest.param(
            '{"version": 2, "name": "x", "layers": []}', "The model's version is 2, but this program reads", id="version"
        ),
        pytest.param(
            '{"name": "x", "layers": []}', "The model's version is null, but this program reads version 1;", id="no version"
        ),
        pytest.param(
            '{"version": 1, "name": "x", "layers": [], "optimizer": 1}',
            "the model has an unknown field 'optimizer'; known fields: version, name, layers.",
            id="unknown field of the model",
        ),
        pytest.param(
            '{"version": 1, "layers": []}', "The model's name is '', but must be a text of 1 to 60 characters.", id="no name"
        ),
        pytest.param(
            '{"version": 1, "name": 3, "layers": []}', "The model's name is 3, but must be a text of", id="name is a number"
        ),
        pytest.param(
            '{"version": 1, "name": " ", "layers": []}', "The model's name is ' ', but must be a text of", id="blank name"
        ),
        pytest.param('{"version": 1, "name": "x"}', "layers is null, but must be a list of layers.", id="no layers"),
        pytest.param(
            '{"version": 1, "name": "x", "layers": {}}', "layers is {}, but must be a list of layers.", id="layers not a list"
        ),
        pytest.param(
            '{"version": 1, "name": "x", "layers": [3]}', "layers[1] is 3, but must be a layer.", id="a number for a layer"
        ),
        pytest.param(one(units=3), f"layers[1]: Unknown layer kind 'None'. Known: {ALL_KINDS}.", id="no kind"),
        pytest.param(
            one(kind="Conv2d"), f"layers[1]: Unknown layer kind 'Conv2d'. Did you mean 'Conv2D'? Known: {ALL_KINDS}.", id="kind"
        ),
        pytest.param(one(kind=["Dense"]), "layers[1]: Unknown layer kind '['Dense']'.", id="kind is a list"),
        pytest.param(one(kind="__class__"), "layers[1]: Unknown layer kind '__class__'.", id="kind is no layer"),
        pytest.param(
            one(kind="Dense", units=3, unit=4),
            "layers[1]: Dense has an unknown field 'unit'; known fields: kind, units, activation, use_bias.",
            id="unknown field",
        ),
        pytest.param(one(kind="Dense"), "layers[1]: Dense needs the field 'units'.", id="missing field"),
        pytest.param(one(kind="Dense", units="3"), "layers[1]: units is '3', but must be a whole number", id="wrong type"),
        pytest.param(one(kind="Dense", units=True), "layers[1]: units is true, but must be a whole number", id="bool as int"),
        pytest.param(one(kind="Dense", units=3.0), "layers[1]: units is 3.0, but must be a whole number", id="float as int"),
        pytest.param(one(kind="Dense", units=None), "layers[1]: units is null, but must be a whole number", id="null as int"),
        pytest.param(one(kind="Dense", units=3, use_bias=0), "layers[1]: use_bias is 0, but must be one of", id="int as bool"),
        pytest.param(
            one(kind="Dense", units=3, activation=None), "layers[1]: Unknown activation 'None'.", id="null as activation"
        ),
        pytest.param(one(kind="Dropout", rate=False), "layers[1]: rate is false, but must be at least 0", id="bool as rate"),
        pytest.param(one(kind="BatchNorm", epsilon=10**400), "layers[1]: epsilon is 1000000", id="a number beyond floats"),
        pytest.param(
            '{"version": 1, "name": "x", "layers": [{"kind": "BatchNorm", "epsilon": 1e999}]}',
            "layers[1]: epsilon is inf, but must be a number above 0 and at most 1.",
            id="infinity",
        ),
        pytest.param(
            '{"version": 1, "name": "x", "layers": [{"kind": "Dense", "units": ' + "9" * 5000 + "}]}",
            "The model is not JSON: It holds a number of thousands of digits",
            id="too many digits",
        ),
        pytest.param(one(kind="Parallel"), "layers[1]: branches is null, but must be a list of layers.", id="no branches"),
        pytest.param(one(kind="Parallel", branches=[[]]), "layers[1]: it has 1 branch, but needs at least 2;", id="one branch"),
        pytest.param(
            one(kind="Parallel", branches=[[], [{"kind": "Flatten"}, {"kind": "Dense", "units": 0}]]),
            "layers[1]: branches[2][2]: units is 0, but must be a whole number",
            id="the place inside a branch",
        ),
        pytest.param(
            one(kind="Residual", layers=[], shortcut=3),
            "layers[1]: shortcut is 3, but must be a list of layers.",
            id="shortcut",
        ),
        pytest.param(nested(5), "layers[1]: " * 5 + "layers: branches lie more than 4 deep.", id="too deep"),
        pytest.param(nested(300), "layers[1]: " * 5 + "layers: branches lie more than 4 deep.", id="much too deep"),
        pytest.param(
            json.dumps({"version": 1, "name": "x", "layers": [{"kind": "Flatten"}] * 501}),
            "The model has more than 500 layers.",
            id="too many layers",
        ),
        pytest.param(
            one(kind="Residual", layers=[{"kind": "Flatten"}] * 250, shortcut=[{"kind": "Flatten"}] * 250),
            "layers[1]: The model has more than 500 layers.",
            id="too many layers in branches",
        ),
        pytest.param(
            "[" * 50_000 + "]" * 50_000, "The model is not JSON: Its brackets are nested too deep.", id="lists in lists"
        ),
        pytest.param(
            '{"a":' * 30_000 + "1" + "}" * 30_000,
            "The model is not JSON: Its brackets are nested too deep.",
            id="objects in objects",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, sentence):
    with pytest.raises(SpecError) as raised:
        ModelSpec.from_text(text)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize("depth", range(100, 1200, 100))
def test_no_depth_of_nesting_gets_past_the_checks(depth):
    """Either json refuses it or our check does; no other exception may be raised."""
    for opened, closed in (("[", "]"), ('{"kind":', "}")):
        text = f'{{"version": 1, "name": "x", "layers": {opened * depth}1{closed * depth}}}'
        with pytest.raises(SpecError):
            ModelSpec.from_text(text)


def test_as_many_layers_and_as_deep_as_allowed_are_read():
    assert len(ModelSpec.from_json({"version": 1, "name": "x", "layers": [{"kind": "Flatten"}] * 200}).layers) == 200
    inside = Flatten()
    for _ in range(4):
        inside = Residual((inside,))
    assert ModelSpec.from_text(nested(4)).layers == (inside,)


@pytest.mark.parametrize(
    ("layers", "classes", "sentence"),
    [
        pytest.param((), 3, "The model 'mine' has no layers; add a flatten and a dense layer at least.", id="empty"),
        pytest.param(
            (Flatten(), Dense(3)),
            4,
            "The model 'mine' ends in 3, but the data has 4 classes; end it with a dense layer of 4 units.",
            id="too few logits",
        ),
        pytest.param(
            (Conv2D(3, 1),),
            3,
            "The model 'mine' ends in 2×2×3, but the data has 3 classes; end it with a dense layer of 3 units.",
            id="ends in an image",
        ),
        pytest.param((Flatten(),), 4, "The model 'mine' has nothing to learn; add a dense layer.", id="nothing to learn"),
        pytest.param((Dense(3),), 3, "Layer 1, Dense: it needs a flat vector, but receives a 2×2×1 image;", id="does not fit"),
    ],
)
def test_check_says_why_a_model_does_not_suit_the_data(layers, classes, sentence):
    with pytest.raises(SpecError) as raised:
        ModelSpec("mine", layers).check((2, 2, 1), classes)
    assert str(raised.value).startswith(sentence)


def test_check_returns_the_analysis_of_a_model_that_suits():
    assert ModelSpec("mine", (Flatten(), Dense(3))).check((2, 2, 1), 3).parameters == 15


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, None, 3])
def test_a_name_is_a_short_text(name):
    with pytest.raises(SpecError, match="must be a text of 1 to 60 characters"):
        ModelSpec(name, ())
