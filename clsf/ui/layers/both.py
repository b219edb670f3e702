"""Both frameworks: the same layer with the same weights, two outputs and their difference; layouts; each one's own layer; the chain as code."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from clsf.charts import layer_difference, layer_pictures
from clsf.charts.style import STYLES
from clsf.code import model_code
from clsf.errors import ClsfError
from clsf.frameworks import BY_NAME
from clsf.layer_stack.rounding import allowed
from clsf.model.layers import Sliding
from clsf.model.spec import ModelSpec
from clsf.ui.layers import asking, keys
from clsf.ui.layers.inspected import InspectedLayer, picture, row, side, table
from clsf.ui.shared import choose
from clsf.ui.shared.asking import unanswered
from clsf.ui.shared.marks import heading
from clsf.ui.shared.text import plain, t, words


def show(looked: InspectedLayer) -> None:
    answers = asking.both("run", (looked.stage.layer,), looked.before, looked.own_weights(), {})
    one, other = answers["tensorflow"][0][0], answers["torch"][0][0]
    apart = layer_difference.largest(one, other)
    size = float(np.abs(one).max())
    _outputs(one, other)
    if not apart:
        st.success(t("Both frameworks give the same numbers to the last bit."), icon=":material/check_circle:")
    elif apart <= allowed(looked.before, one, looked.own_weights()):
        text = t(
            "Largest difference: {difference}, where the largest output is {size}. That is rounding: both add the same products in "
            "another order.",
            difference=f"{apart:.1e}", size=f"{size:.3g}",
        )  # fmt: skip
        st.success(text, icon=":material/check_circle:")
    else:
        text = t("Largest difference: {difference}. That is more than rounding.", difference=f"{apart:.1e}")
        st.error(text, icon=":material/error:")
    if looked.own_weights():
        _layouts(looked)
    if isinstance(looked.stage.layer, Sliding) and not looked.stage.layer.HELD:  # results of one call of each
        own_words(looked)


def own_words(looked: InspectedLayer) -> None:
    """Show each framework's own layer with the same settings."""
    st.markdown(f"**{t('What each framework says to these settings by itself')}**")
    try:
        said = asking.both("own_words", (looked.linear(),), looked.facts.in_shape)
    except ClsfError as error:
        unanswered(error.sentence)
        return
    for name, (code, answer, refused) in said.items():
        look = STYLES[name]
        kind, sign = ("apart", "✕") if refused else ("same", "✓")
        st.html(
            f'<div class="ls ls-words" style="--side:{look.colour}"><b>{look.mark} {look.title}</b><pre>{escape(code)}</pre>'
            f'<pre><span class="{kind}">{sign} {escape(answer)}</span></pre></div>'
        )
    if said["torch"][2] and not said["tensorflow"][2]:
        st.caption(
            t(
                "Here the student's layer pads first, as TensorFlow does, and then lets PyTorch convolve without padding: so both are equal."
            )
        )


def _outputs(one: np.ndarray, other: np.ndarray) -> None:
    chosen = 0
    if one.ndim == 3 and one.shape[2] > 1:
        chosen = choose.whole(t("Feature map"), 0, one.shape[2] - 1, 0, keys.MAP, width=140)
    limit = max(layer_pictures.scale_of(one), layer_pictures.scale_of(other))
    left, right = st.columns([1, 1.15], gap="medium")
    with left:
        row(*(
            picture(
                layer_pictures.signed(values[..., chosen], limit) if values.ndim == 3 else layer_pictures.folded(values, limit),
                STYLES[name].title, f"{STYLES[name].mark} {STYLES[name].title}", "min(100%, 11rem)",
            )
            for name, values in (("tensorflow", one), ("torch", other))
        ))  # fmt: skip
    with right:
        pair = [values[..., chosen] if values.ndim == 3 else _rows(values) for values in (one, other)]
        figure = layer_difference.figure(*pair, words)
        most = layer_difference.largest(*pair)
        alt = t("The difference of both outputs, cell by cell, in powers of ten; at most {most}.", most=f"{most:.1e}")
        st.plotly_chart(figure, height=300, key="chart_difference", alt=alt)
        equal = float((pair[0] == pair[1]).mean())
        st.caption(t("{share} of the cells are equal to the last bit; they are grey.", share=f"{equal:.0%}"))


def _rows(vector: np.ndarray) -> np.ndarray:
    """Fold a flat vector into rows; what is left over counts as equal."""
    columns = max(1, int(np.ceil(np.sqrt(len(vector) * 2))))
    padded = np.zeros(-(-len(vector) // columns) * columns, vector.dtype)
    padded[: len(vector)] = vector
    return padded.reshape(-1, columns)


def _layouts(looked: InspectedLayer) -> None:
    """Show the position of the same weight in each framework's own array."""
    own = looked.own_weights()
    name = next((n for n in own if n.endswith("kernel")), None)
    if name is None:
        return
    agreed = own[name]
    st.markdown(f"**{t('The same weights, laid out in two ways')}**")
    held = asking.both("held", (looked.stage.layer,), looked.facts.in_shape, own)
    at = [0] * agreed.ndim
    titles = ((t("kernel row"), keys.KERNEL_ROW), (t("kernel column"), keys.KERNEL_COLUMN)) if agreed.ndim == 4 else ()
    titles = (*titles, (t("in"), keys.KERNEL_IN), (t("out"), keys.KERNEL_OUT))
    for n, (place, (title, key)) in enumerate(zip(st.columns(agreed.ndim), titles, strict=True)):
        at[n] = min(choose.whole(title, 0, agreed.shape[n] - 1, 0, key, place=place), agreed.shape[n] - 1)
    places = {"tensorflow": tuple(at), "torch": _turned(tuple(at), name, agreed.shape)}
    layouts = _names(name, agreed.ndim)
    rows = []
    for framework, arrays in held.items():
        array, place = arrays[name], places[framework]
        rows.append((side(framework), (layouts[framework], array.shape, list(place), f"{array[place]:.8f}")))
    table("", (t("layout"), t("shape"), t("index"), t("number")), rows)


def _names(name: str, axes: int) -> dict[str, str]:
    if name.endswith("depthwise_kernel"):
        return {"tensorflow": "H W I M", "torch": "(I·M) 1 H W"}
    return {"tensorflow": "HWIO", "torch": "OIHW"} if axes == 4 else {"tensorflow": "IO", "torch": "OI"}


def _turned(at: tuple[int, ...], name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the index in torch's array of the element at `at` in the agreed layout."""
    if name.endswith("depthwise_kernel"):
        row, column, channel, multiple = at
        return channel * shape[3] + multiple, 0, row, column
    return (at[3], at[2], at[0], at[1]) if len(at) == 4 else (at[1], at[0])


def code(looked: InspectedLayer) -> None:
    layers = tuple(facts.layer for facts in looked.look.facts)
    spec, shape = ModelSpec("chain", layers), looked.look.in_shape
    if len(shape) != 3:
        said = t("The chain begins with a flat vector here; begin with the picture itself to see its code.")
        st.info(said, icon=":material/code_off:")
        return
    path = str(looked.position + 1)
    classes = looked.look.facts[-1].out_shape[-1]
    for place, (name, framework) in zip(st.columns(2, gap="medium"), BY_NAME.items(), strict=True):
        with place:
            st.markdown(heading(name))
            try:
                code = model_code(spec, shape, classes, framework.list_style)
            except ClsfError as error:
                st.warning(plain(error.sentence), icon=":material/block:")
                continue
            st.code(code.text, language="python", wrap_lines=True)
            for number in code.of(path):
                if code.lines[number].note is not None:
                    st.caption(plain(code.lines[number].note))
    st.caption(t("The same chain as a model of this software: the code runs as it stands, without this software."))
