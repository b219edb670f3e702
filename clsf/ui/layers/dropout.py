"""A dropout layer in both frameworks: in training, each seed drops different values; in inference, none are dropped"""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.backends.initial import dropout_masks
from clsf.charts import layer_pictures
from clsf.charts.style import STYLES
from clsf.ui.layers import asking, keys
from clsf.ui.layers.inspected import InspectedLayer
from clsf.ui.layers.parts import number, picture, row, side, table
from clsf.ui.shared import choose
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t


def show(looked: InspectedLayer) -> None:
    layer, inputs = looked.stage.layer, looked.before
    with st.container(horizontal=True, gap="small"):
        seeds = [
            choose.whole(t("First seed"), 0, 2**31 - 1, 0, keys.SEED_ONE, width=140),
            choose.whole(t("Second seed"), 0, 2**31 - 1, 1, keys.SEED_TWO, width=140),
        ]
        chosen = _map(inputs)
    training = {
        seed: asking.outputs_of_both((layer,), inputs, {}, _masks(layer.rate, layer.mask_shape(inputs.shape[1:]), seed))
        for seed in dict.fromkeys(seeds)
    }
    inference = asking.outputs_of_both((layer,), inputs, {})
    limit = layer_pictures.scale_of(_part(training[seeds[0]]["torch"][0][0], chosen))
    shown = [(t("what goes in"), inputs), (t("at inference"), inference["tensorflow"][0])]
    shown += [(t("training, seed {seed}", seed=seed), training[seed]["tensorflow"][0]) for seed in seeds]
    row(*(picture(_drawn(values[0], chosen, limit), title, _said(title, values), "10rem") for title, values in shown))
    st.caption(note("layers", "white-is-zero", rate=f"{layer.rate:.0%}", keep=f"{1 - layer.rate:.2f}"))
    _table(looked, seeds, training, inference)


def _masks(rate: float, shape: tuple[int, ...], seed: int) -> dict[str, np.ndarray]:
    """Return the mask of the first step, drawn in NumPy, the same for both frameworks."""
    return {path: mask[0] for path, mask in dropout_masks({"1": (rate, shape)}, seed, 0, 1, 1).items()}


def _map(inputs: np.ndarray) -> int:
    if inputs.ndim != 4 or inputs.shape[3] == 1:
        return 0
    return choose.whole(t("Channel to show"), 0, inputs.shape[3] - 1, 0, keys.MAP, width=120)


def _part(values: np.ndarray, chosen: int) -> np.ndarray:
    return values[..., chosen] if values.ndim == 3 else values


def _drawn(values: np.ndarray, chosen: int, limit: float) -> str:
    part = _part(values, chosen)
    return layer_pictures.signed(part, limit) if part.ndim == 2 else layer_pictures.folded(part, limit)


def _said(title: str, values: np.ndarray) -> str:
    return title + ": " + t("mean {mean}, exactly 0: {zero}", mean=number(values.mean()), zero=f"{(values == 0).mean():.1%}")


def _table(looked: InspectedLayer, seeds: list[int], training: dict, inference: dict) -> None:
    rows = []
    for name in STYLES:
        unchanged = bool((inference[name][0] == looked.before).all())
        kept = training[seeds[0]][name][0] != 0
        again = training[seeds[1]][name][0] != 0
        cells = [
            f'<span class="{"same" if unchanged else "apart"}">{t("yes, to the last bit") if unchanged else t("no")}</span>',
            f"{1 - kept[looked.before != 0].mean():.1%}" if (looked.before != 0).any() else "–",
            f"{(kept != again).mean():.1%}",
        ]
        rows.append((side(name), cells))
    table("", (t("unchanged at inference"), t("dropped with the first seed"), t("differs between the seeds")), rows)
