"""The settings of one layer: a widget for each of its fields, under the field's own name"""

from __future__ import annotations

from dataclasses import dataclass, fields

import streamlit as st

from clsf.layer_stack.stages import FRESH, MAX_FILTERS, MAX_SIDE, MAX_STRIDE, MAX_UNITS, Stage
from clsf.model.layers import ACTIVATIONS
from clsf.ui.layers import keys, stack
from clsf.ui.shared.text import t

KINDS = tuple(FRESH)
WHOLE = {
    "filters": (1, MAX_FILTERS), "depth_multiplier": (1, 8), "units": (1, MAX_UNITS), "kernel_size": (1, MAX_SIDE),
    "pool_size": (1, MAX_SIDE), "strides": (1, MAX_STRIDE), "dilation_rate": (1, MAX_STRIDE),
}  # fmt: skip
TYPED = ("filters", "units")  # numbers with many possible values are typed, the others slid


@dataclass(frozen=True, slots=True)
class _Widget:
    """The key of a widget and what it shows first."""

    key: str
    position: int
    name: str
    value: object


def show(stage: Stage, position: int, columns: int) -> None:
    """Show kind and fields of a layer in so many columns; every change goes into the chain of the session."""
    used = min(columns, 1 + len(fields(stage.layer)))
    places = st.columns([1] * used + [columns - used] * (columns > used), gap="medium")[:used]
    key = keys.widget(stack.version(), position, "kind")
    places[0].selectbox(
        t("Layer"), KINDS, index=KINDS.index(stage.kind), key=key, filter_mode=None, on_change=_kind, args=(key, position)
    )
    for number, field in enumerate(fields(stage.layer), start=1):
        key = keys.widget(stack.version(), position, field.name)
        with places[number % used]:
            _field(stage, _Widget(key, position, field.name, getattr(stage.layer, field.name)))


def _field(stage: Stage, widget: _Widget) -> None:
    name, value = widget.name, widget.value
    common = {"key": widget.key, "help": _help(name), "on_change": _changed, "args": (widget,)}
    if name in WHOLE:
        low, most = WHOLE[name]
        value = value or stage.layer.pool_size  # pooling moves by its own size if nothing is said
        if name == "dilation_rate" and stage.layer.strides > 1:
            common |= {"disabled": True, "help": t("Keras refuses a dilation together with strides above 1.")}
        if name in TYPED:
            st.number_input(name, low, most, value, **common)
        else:
            st.slider(name, low, max(most, value), value, **common)
    elif name == "padding":
        st.segmented_control(name, ("valid", "same"), default=value, required=True, **common)
    elif name in ("activation", "name"):
        st.selectbox(name, ACTIVATIONS, index=ACTIVATIONS.index(value), filter_mode=None, **common)
    elif name == "use_bias":
        st.toggle(name, value, **common)
    elif name == "epsilon":
        st.number_input(name, 1e-8, 1.0, float(value), format="%g", step=1e-3, **common)
    else:  # rate, momentum
        st.slider(name, 0.0, 0.99, float(value), 0.01, **common)


def _help(name: str) -> str | None:
    return {
        "filters": t("How many kernels; each writes one feature map."),
        "kernel_size": t("Side of the square that a kernel covers."),
        "strides": t("How far the window moves: 2 leaves out every other position."),
        "padding": t("valid: the window stays inside. same: zeros around the picture, so that with strides 1 the size stays."),
        "dilation_rate": t("Gaps between the cells that a kernel looks at: it sees farther without more weights."),
        "depth_multiplier": t("How many kernels each channel has."),
        "pool_size": t("Side of the window of which one number is kept."),
        "units": t("How many numbers come out."),
        "activation": t("A function that is applied to every number that comes out."),
        "name": t("The function that is applied to every number."),
        "use_bias": t("A number that is added to every sum, one per filter or unit."),
        "rate": t("Share of the numbers that are set to 0 in training."),
        "momentum": t("Share of the old running statistics that is kept with every batch."),
        "epsilon": t("Added to the variance, so that nothing is divided by 0."),
    }.get(name)


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
