"""The receptive field: which part of every earlier picture a cell of this layer's output was computed from"""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.charts import layer_pictures
from clsf.layer_stack.field import image_stages, seen, sees_everything
from clsf.model.shapes import sides_text
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.layers.stack import stage_title
from clsf.ui.shared.components import component
from clsf.ui.shared.text import t

_field = component(
    "clsf_receptive_field", __file__, "field",
    '<div class="field" tabindex="0" role="group">\n<div class="row"></div>\n<p class="said" aria-live="polite"></p>\n</div>',
)  # fmt: skip


def show(looked: InspectedLayer) -> None:
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
            "title": title, "picture": _drawn(looked, array[0], n == 0), "height": array.shape[1], "width": array.shape[2],
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


def _drawn(looked: InspectedLayer, values: np.ndarray, first: bool) -> str:
    if first and looked.is_picture:
        return layer_pictures.photograph(looked.given.pixels)
    return layer_pictures.signed(values[..., 0])
