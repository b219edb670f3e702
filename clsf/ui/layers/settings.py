"""The settings of one layer: a widget for each of its fields, under the field's own name."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from clsf.layer_stack.stages import FRESH, Filling, Stage
from clsf.model.fields import Field, field_of, fields_of, typed
from clsf.model.shapes import one_or_two, one_or_two_text
from clsf.ui.layers import keys, stack
from clsf.ui.shared.text import t, words

KINDS = tuple(FRESH)
FEW = 20  # a whole number with more values gets a number input, others a slider


def show(stage: Stage, position: int) -> None:
    """Show kind and fields of a layer in two columns; every change goes into the chain of the session."""
    own = fields_of(type(stage.layer))
    places = st.columns(2, gap="medium")
    used = 2 if own else 1
    key = keys.widget(stack.version(), position, "kind")
    places[0].selectbox(
        t("Layer"), KINDS, index=KINDS.index(stage.kind), key=key, filter_mode=None, on_change=_kind, args=(key, position)
    )
    pairs = [field.name for field in own if field.rule.takes == "pair"]
    two = bool(pairs) and _two(stage, position, pairs)
    for number, field in enumerate(own, start=1):
        key = keys.widget(stack.version(), position, field.name + "_pair" * (two and field.name in pairs))
        with places[number % used]:
            _field(stage, field, key, position, two)
    if pairs:
        st.toggle(
            t("Height and width apart"), two, key=keys.widget(stack.version(), position, "two"), on_change=_square,
            args=(position, pairs), help=t("Two numbers, as 3×1: three down, one across. One number means both."),
        )  # fmt: skip


def _two(stage: Stage, position: int, pairs: list[str]) -> bool:
    """Return whether height and width get separate inputs: because some differ, or because the student chose so."""
    apart = any(isinstance(getattr(stage.layer, name), tuple) for name in pairs)
    return apart or bool(st.session_state.get(keys.widget(stack.version(), position, "two")))


def _square(position: int, pairs: list[str]) -> None:
    """Use the height for both sides once height and width are no longer set separately."""
    if not st.session_state[keys.widget(stack.version(), position, "two")]:
        layer = stack.current()[position].layer
        stack.change_layer(position, **{name: value[0] for name in pairs if isinstance(value := getattr(layer, name), tuple)})


def _field(stage: Stage, field: Field, key: str, position: int, two: bool) -> None:
    name, value, rule = field.name, getattr(stage.layer, field.name), field.rule
    common = {"key": key, "help": words(field.help), "on_change": _changed, "args": (key, position, name)}
    if name == "dilation_rate" and max(stage.layer.moves) > 1:
        common |= {"disabled": True, "help": t("Keras refuses a dilation together with strides above 1.")}
    if rule.takes == "pair":
        value = one_or_two(stage.layer.moves) if value is None else value  # by default, the stride of pooling is its size
        if two:
            st.text_input(name, one_or_two_text(value), max_chars=9, **common)
        else:
            st.slider(name, rule.low, max(rule.few, value), value, **common)
    elif rule.takes == "whole":
        if rule.few > FEW:
            st.number_input(name, rule.low, rule.few, value, **common)
        else:
            st.slider(name, rule.low, max(rule.few, value), value, **common)
    elif rule.takes == "flag":
        st.toggle(name, value, **common)
    elif rule.takes == "choice" and len(rule.choices) <= 3:
        st.segmented_control(name, rule.choices, default=value, required=True, **common)
    elif rule.takes == "choice":
        st.selectbox(name, rule.choices, index=rule.choices.index(value), filter_mode=None, **common)
    elif rule.high < 1:  # a share
        st.slider(name, 0.0, 0.99, float(value), 0.01, **common)
    else:
        st.number_input(name, 1e-8, float(rule.high), float(value), format="%g", step=1e-3, **common)


def _kind(key: str, position: int) -> None:
    layer = FRESH[st.session_state[key]]
    stack.put(position, Stage(layer, Filling("hand") if layer.role == "Convolution" else Filling()))


def _changed(key: str, position: int, name: str) -> None:
    value = st.session_state[key]
    if value is None:
        return
    more = {}
    layer = stack.current()[position].layer
    rule = field_of(type(layer), name).rule
    if rule.takes == "pair" and isinstance(value, str):
        with suppress(ValueError):  # the field's own check says what it takes
            value = rule.tidy(typed(value))
    if name == "strides" and hasattr(layer, "pool_size"):
        value = None if value == layer.pool_size else value
    elif name == "pool_size" and layer.strides is not None and layer.strides == value:
        more = {"strides": None}
    elif name == "strides" and value != 1 and max(layer.gaps) > 1:
        more = {"dilation_rate": 1}
    stack.change_layer(position, **{name: value}, **more)
