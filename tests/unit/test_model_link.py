"""Untrusted designs: bad links and JSON of every kind are refused in a sentence, quickly, and no code in them is run"""

from __future__ import annotations

import base64
import json
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clsf.errors import SpecError
from clsf.model import edit_link, edit_steps
from clsf.model.edit import Design, design_of
from clsf.model.layers import BatchNorm, Conv2D, Dense, Flatten, MaxPool2D
from clsf.model.presets import NAMES, preset
from clsf.model.spec import MAX_JSON, MAX_LAYERS, ModelSpec

SHAPE = (32, 32, 3)


def packed(text: str, version: str = "1") -> str:
    pressing = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zdict=edit_link._OFTEN)
    return f"{version}." + base64.urlsafe_b64encode(pressing.compress(text.encode()) + pressing.flush()).decode().rstrip("=")


def model(*layers: dict) -> str:
    return json.dumps({"version": 1, "name": "x", "layers": list(layers)})


def nested(depth: int) -> str:
    return '{"version": 1, "name": "x", "layers": ' + '[{"kind": "Residual", "layers": ' * depth + "[]" + "}]" * depth + "}"


HOSTILE = {
    "nothing": ("", "not JSON"),
    "no JSON": ("{", "not JSON"),
    "a list": ("[]", "A model is a JSON object"),
    "too many characters": (" " * (MAX_JSON + 1), "at most 500000 are read"),
    "a hundred deep": (nested(100), "deep"),
    "deeper than Python goes": ("[" * 100_000, "not JSON"),
    "too many layers": (model(*[{"kind": "Flatten"}] * (MAX_LAYERS + 1)), "more than 500 layers"),
    "another version": ('{"version": 2, "name": "x", "layers": []}', "version is 2"),
    "no version": ('{"name": "x", "layers": []}', "version is null"),
    "layers are a text": ('{"version": 1, "name": "x", "layers": "Dense"}', "must be a list of layers"),
    "a layer is a number": (model(5), "must be a layer"),
    "an unknown kind": (model({"kind": "__import__"}), "Unknown layer kind"),
    "kind is a list": (model({"kind": []}), "Unknown layer kind"),
    "an unknown field": (model({"kind": "Dense", "units": 1, "__class__": 1}), "unknown field"),
    "a missing field": (model({"kind": "Dense"}), "needs the field 'units'"),
    "units are a text": (model({"kind": "Dense", "units": "10"}), "must be a whole number"),
    "units are true": (model({"kind": "Dense", "units": True}), "must be a whole number"),
    "units beyond measure": (model({"kind": "Dense", "units": 10**12}), "must be a whole number"),
    "a rate that is no number": ('{"version": 1, "name": "x", "layers": [{"kind": "Dropout", "rate": NaN}]}', "below 1"),
    "digits without end": ('{"version": 1, "name": "x", "layers": [{"kind": "Dense", "units": ' + "9" * 9_000 + "}]}", "not JSON"),
    "off is a text": (model({"kind": "Flatten", "off": "yes"}), "must be one of"),
    "off is null": (model({"kind": "Flatten", "off": None}), "must be one of"),
    "one branch": (model({"kind": "Parallel", "branches": [[]]}), "at least 2"),
    "branches are a text": (model({"kind": "Parallel", "branches": "ab"}), "must be a list"),
    "a name too long": ('{"version": 1, "name": "' + "x" * 61 + '", "layers": []}', "1 to 60 characters"),
    "no name": ('{"version": 1, "name": "", "layers": []}', "1 to 60 characters"),
    "ten million million parameters": (
        model({"kind": "Conv2D", "filters": 65_536, "kernel_size": 64}, {"kind": "Conv2D", "filters": 65_536, "kernel_size": 64}),
        "parameters or more",
    ),
    "a million million of them, switched off": (
        model(*[{"kind": "Dense", "units": 65_536, "off": True}] * 6), "parameters or more",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_json_is_refused_in_a_sentence(case):
    text, what = HOSTILE[case]
    began = time.monotonic()
    with pytest.raises(SpecError) as refused:
        edit_link.from_text(text, SHAPE)
    assert what in str(refused.value)
    assert len(str(refused.value)) < 600
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("case", HOSTILE)
def test_the_same_in_a_link_is_refused_too(case):
    with pytest.raises(SpecError):
        edit_link.from_link(packed(HOSTILE[case][0]), SHAPE)


@pytest.mark.parametrize(
    ("link", "what"),
    [
        ("", "has the version ''"),
        ("2." + "A" * 20, "version '2'"),
        ("1.", "damaged"),
        ("1.AAAA", "damaged"),
        ("1.<script>alert(1)</script>", "damaged"),
        ("1.w6ow\n", "damaged"),
        ("1." + "A" * edit_link.MAX_LINK, "at most 6000 are read"),
        (packed("x" * 20_000_000), "at most 500000 are read"),
        ("https://example.org/", "version"),
    ],
)
def test_hostile_links_are_refused_in_a_sentence(link, what):
    """The last but one is a compression bomb: 20 million characters in a link of a few thousand."""
    with pytest.raises(SpecError, match=None) as refused:
        edit_link.from_link(link, SHAPE)
    assert what in str(refused.value) or "at most" in str(refused.value)


def test_a_link_that_was_cut_off_is_damaged():
    link = edit_link.to_link(design_of(preset("inception-like")))
    for end in range(3, len(link)):
        with pytest.raises(SpecError):
            edit_link.from_link(link[:end], SHAPE)


def opened(read: Callable[[object, tuple], Design], what: object) -> Design | str:
    """Return the design, or the sentence that refuses it."""
    try:
        return read(what, SHAPE)
    except SpecError as error:
        return str(error)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ABCDEFabcdef0123456789-_", max_size=200))
def test_any_text_is_a_design_or_a_sentence(text):
    found = opened(edit_link.from_link, "1." + text)
    assert found
    if isinstance(found, Design):
        assert edit_link.from_link(edit_link.to_link(found), SHAPE) == found


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 70_000) | st.floats() | st.sampled_from(["Dense", "Conv2D", "Residual", "Parallel", "same", "x"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["kind", "layers", "branches", "shortcut", "off", "units", "filters", "name", "version"]), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(json_values, max_size=4))
def test_any_json_is_a_design_or_a_sentence(layers):
    found = opened(edit_link.from_data, {"version": 1, "name": "x", "layers": layers})
    assert found
    if isinstance(found, Design):
        assert edit_link.from_text(edit_link.to_text(found), SHAPE) == found


@pytest.mark.parametrize("name", NAMES)
def test_presets_fit_into_short_links(name):
    design = design_of(preset(name))
    link = edit_link.to_link(design)
    assert len(link) < (200 if len(design.cards) < 20 else 400)
    assert edit_link.from_link(link, SHAPE) == design


def test_a_link_of_today_opens_for_ever():
    """Made with version 1. If this fails, stored links no longer open: raise the version instead."""
    link = "1.w6owJzW5pLQoVTc5Lw9rZGJ3KGmexRon1AhFrAZjSSoY8W9AwGAsqZFAcgIA"
    assert edit_link.from_link(link, SHAPE).spec() == preset("lecture-cnn")


def test_layers_that_are_switched_off_are_in_links_and_files_and_other_readers_leave_them_out():
    design = design_of(preset("residual"))
    inner = design.cards[3].rows[0][1]
    design = edit_steps.switch(edit_steps.switch(design, inner.uid, True), design.cards[0].uid, True)
    for back in (edit_link.from_link(edit_link.to_link(design), SHAPE), edit_link.from_text(edit_link.to_text(design), SHAPE)):
        assert back == design
    assert ModelSpec.from_text(edit_link.to_text(design)) == design.spec()
    assert len(design.spec().layers) == 8


def test_a_design_too_long_for_a_link_says_so():
    layers = tuple(
        layer
        for n in range(MAX_LAYERS // 2)
        for layer in (Conv2D(1 + n * 37 % 971, 1 + n % 7, padding="same", activation=("relu", "tanh", "gelu")[n % 3]), BatchNorm(0.9 - n / 1000, 0.001 + n / 7919))
    )  # fmt: skip
    design = design_of(ModelSpec("long", layers))
    link = edit_link.to_link(design)
    assert link is None or len(link) <= edit_link.MAX_LINK
    assert edit_link.from_text(edit_link.to_text(design), (8, 8, 1)) == design


def test_defaults_are_written_out_in_files():
    design = design_of(ModelSpec("x", (Conv2D(4), MaxPool2D(), Flatten(), Dense(10))))
    first = json.loads(edit_link.to_text(design))["layers"][0]
    assert first == {
        "kind": "Conv2D", "filters": 4, "kernel_size": 3, "strides": 1, "padding": "valid", "dilation_rate": 1, "activation": "linear",
        "use_bias": True,
    }  # fmt: skip
