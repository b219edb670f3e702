"""Which cells a number was computed from: the sliding window, step by step in the browser, and the receptive field in all earlier pictures."""

from __future__ import annotations

import base64

import numpy as np
import streamlit as st

from clsf.charts import layer_pictures
from clsf.charts.style import STYLES
from clsf.layer_stack.field import image_stages, seen, sees_everything
from clsf.model.shapes import sides_text
from clsf.ui.layers import asking
from clsf.ui.layers.filling import filter_title
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.layers.stack import stage_title
from clsf.ui.shared.components import component
from clsf.ui.shared.picture_grid import without_canvas
from clsf.ui.shared.text import t

MOST_NUMBERS = 400_000  # sent to the browser; with more, fewer maps are sent
COLOUR_NAMES = ("R", "G", "B")

_window = component("clsf_sliding_window", __file__, "window")
_field = component(
    "clsf_receptive_field", __file__, "field",
    '<div class="field" tabindex="0" role="group">\n<div class="row"></div>\n<p class="said" aria-live="polite"></p>\n</div>',
)  # fmt: skip


def show(looked: InspectedLayer) -> None:
    output = asking.outputs((looked.linear(),), looked.before, looked.own_weights())[0][0]
    made = job(looked, output)
    if made["shown"] < made["count"]:
        said = t(
            "The first {shown} of {count} maps, because there are too many numbers to look at.",
            shown=made["shown"],
            count=made["count"],
        )
        st.caption(said)
    _window(key="sliding_window", data={"job": made, "words": _window_words(looked, STYLES[asking.FIRST].title)})


def job(looked: InspectedLayer, output: np.ndarray) -> dict:
    """Return everything the browser needs: numbers as base64 of float32, in the agreed layout, and how the window moves.

    `output` is the framework's output before the activation, (out height, out width, maps).
    """
    layer, given = looked.stage.layer, looked.given
    before, after = looked.before[0], looked.after[0]
    height, width, channels = before.shape
    out_height, out_width, maps = output.shape
    shown = max(1, min(maps, (MOST_NUMBERS - before.size) // (out_height * out_width)))
    own = looked.own_weights()
    kind = layer.DRAWN
    kernel, bias = own.get("1.kernel", own.get("1.depthwise_kernel")), own.get("1.bias")
    multiplier = getattr(layer, "depth_multiplier", 1)
    if kind == "conv":
        kernel = kernel[..., :shown]
    left, right, top, bottom = layer.pads(before.shape)
    activated = getattr(layer, "activation", "linear") != "linear"
    return {
        "kind": kind, "h": height, "w": width, "c": channels, "f": shown, "k": layer.sides,
        "stride": layer.moves, "dilation": layer.gaps, "multiplier": multiplier,
        "padTop": top, "padBottom": bottom, "padLeft": left, "padRight": right, "outH": out_height, "outW": out_width,
        "image": looked.shows_picture, "low": given.low, "high": given.high,
        "input": _packed(before), "kernel": _packed(kernel), "bias": _packed(None if bias is None else bias[:shown]),
        "output": _packed(output[..., :shown]), "after": _packed(after[..., :shown]) if activated else None,
        "filters": [_map_title(looked, n, multiplier) for n in range(shown)], "names": _channel_names(looked, channels),
        "shown": shown, "count": maps,
    }  # fmt: skip


def _packed(array: np.ndarray | None) -> str | None:
    return None if array is None else base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode("ascii")


def _map_title(looked: InspectedLayer, n: int, multiplier: int) -> str:
    layer = looked.stage.layer
    if layer.DRAWN == "conv":
        return f"{n}: {filter_title(looked.stage, n)[0]}"
    if layer.DRAWN == "depthwise":
        return filter_title(looked.stage, n, multiplier)[0]
    return t("channel {channel}", channel=n)


def _channel_names(looked: InspectedLayer, channels: int) -> list[str]:
    if looked.shows_picture and channels == 3:
        return list(COLOUR_NAMES)
    return [t("channel {channel}", channel=n) for n in range(channels)]


def _window_words(looked: InspectedLayer, framework: str) -> dict[str, str]:
    """Return the texts of the component; what is in {braces} is filled in by the browser."""
    activation = getattr(looked.stage.layer, "activation", "linear")
    return {
        "label": t("Sliding window"), "none": without_canvas(),
        "input": t("Input, with the window; hatched cells are padding"),
        "output": t("Output, with the cell that is written"),
        "patch": t("under the window"), "kernel": t("kernel"), "products": t("products"),
        "one": t("sum {sum} + bias {bias} = {value}", sum="{sum}", bias="{bias}", value="{value}"),
        "few": t("{sums} + bias {bias} = {value}", sums="{sums}", bias="{bias}", value="{value}"),
        "many": t("sum over {count} channels {sum} + bias {bias} = {value}", count="{count}", sum="{sum}", bias="{bias}", value="{value}"),
        "winner": t("The largest is {value}, in row {row}, column {column}: it alone is kept.", value="{value}", row="{row}", column="{column}"),
        "mean": t("The sum {sum} divided by the number of cells, {count}, is {value}; padding does not count.", sum="{sum}", count="{count}", value="{value}"),
        "told": t("{framework} says {value}", framework=framework, value="{value}"),
        "after": t("after {activation}: {value}", activation=activation, value="{value}"),
        "place": t("row {row} of {rows}, column {column} of {columns}", row="{row}", rows="{rows}", column="{column}", columns="{columns}"),
        "checked": t(
            "Every position was computed here like this, {count} in all: the largest difference to {framework} is {difference}.",
            count="{count}", framework=framework, difference="{difference}",
        ),
        "first": t("First position"), "back": t("One step back"), "next": t("One step on"), "last": t("Last position"),
        "play": t("Play"), "pause": t("Pause"), "speed": t("{rate} per second", rate="{rate}"), "speeds": t("Speed"),
        "filter": t("Which map is written"), "channel": t("Which input channel is shown"), "whole": t("show the whole output"),
        "keys": t("Keys: arrows step, Home and End jump, space plays. A click on either picture moves the window."),
    }  # fmt: skip


def field(looked: InspectedLayer) -> None:
    facts = looked.look.facts[: looked.position + 1]
    count = image_stages(facts)
    if count < len(facts):
        if sees_everything(facts):
            text = t("Every number that comes out was computed from the whole picture: a dense layer or a global mean connects everything.")  # fmt: skip
        else:
            text = t("Flattening moves numbers and computes nothing: each has seen what its cell had seen before.")
        st.info(text, icon=":material/visibility:")
    if not count:
        return
    st.markdown(
        t("Point at a cell of the last picture, or step with the arrow keys: the boxes show what it was computed from.")
    )
    fields = seen(facts[:count])
    arrays = [looked.first, *looked.outputs[:count]]
    titles = [t("what goes in"), *(f"{n} · {stage_title(stage)}" for n, stage in enumerate(looked.chain[:count], start=1))]
    stages = [
        {
            "title": title, "picture": _field_picture(looked, array[0], n == 0), "height": array.shape[1], "width": array.shape[2],
            "rows": [list(interval) for interval in field.rows], "columns": [list(interval) for interval in field.columns],
        }
        for n, (array, title, field) in enumerate(zip(arrays, titles, fields, strict=True))
    ]  # fmt: skip
    said = {
        "label": t("Receptive field"),
        "size": t("sees {height}×{width}", height="{height}", width="{width}"),
        "over": t("(partly padding)"),
        "cell": t("Cell in row {row}, column {column} of the last picture.", row="{row}", column="{column}"),
    }
    _field(key="receptive_field", data={"stages": stages, "words": said})
    sides = sides_text(facts[count - 1].receptive_field)
    st.caption(t("By arithmetic: {sides} cells of what goes into the chain, where the picture is large enough.", sides=sides))


def _field_picture(looked: InspectedLayer, values: np.ndarray, first: bool) -> str:
    if first and looked.is_picture:
        return layer_pictures.photograph(looked.given.pixels)
    return layer_pictures.signed(values[..., 0])
