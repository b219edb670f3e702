"""The settings of one layer: a widget for each of its fields, under the field's own name"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from clsf.layer_stack.stages import FRESH, Stage
from clsf.model.fields import Field, fields_of
from clsf.ui.layers import keys, stack
from clsf.ui.shared.text import t, words

KINDS = tuple(FRESH)
FEW = 20  # a whole number of more values is typed, the others slid


@dataclass(frozen=True, slots=True)
class _Widget:
    """The key of a widget and what it shows first."""

    key: str
    position: int
    name: str
    value: object


def show(stage: Stage, position: int, columns: int) -> None:
    """Show kind and fields of a layer in so many columns; every change goes into the chain of the session."""
    own = fields_of(type(stage.layer))
    used = min(columns, 1 + len(own))
    places = st.columns([1] * used + [columns - used] * (columns > used), gap="medium")[:used]
    key = keys.widget(stack.version(), position, "kind")
    places[0].selectbox(
        t("Layer"), KINDS, index=KINDS.index(stage.kind), key=key, filter_mode=None, on_change=_kind, args=(key, position)
    )
    for number, field in enumerate(own, start=1):
        key = keys.widget(stack.version(), position, field.name)
        with places[number % used]:
            _field(stage, field, _Widget(key, position, field.name, getattr(stage.layer, field.name)))


def _field(stage: Stage, field: Field, widget: _Widget) -> None:
    name, value, rule = widget.name, widget.value, field.rule
    common = {"key": widget.key, "help": words(field.help), "on_change": _changed, "args": (widget,)}
    if rule.takes == "whole":
        value = stage.layer.side if value is None else value  # pooling moves by its own size if nothing is said
        if name == "dilation_rate" and stage.layer.strides > 1:
            common |= {"disabled": True, "help": t("Keras refuses a dilation together with strides above 1.")}
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
    stack.change_kind(position, st.session_state[key])


def _changed(widget: _Widget) -> None:
    value = st.session_state[widget.key]
    if value is None:
        return
    more = {}
    layer = stack.current()[widget.position].layer
    if widget.name == "strides" and hasattr(layer, "pool_size"):
        value = None if value == layer.pool_size else value
    elif widget.name == "pool_size" and layer.strides is not None and layer.strides == value:
        more = {"strides": None}
    elif widget.name == "strides" and value > 1 and layer.dilation_rate > 1:
        more = {"dilation_rate": 1}
    stack.change_layer(widget.position, **{widget.name: value}, **more)
