"""Look inside: one image on its way through both models, where they look, and which test images are similar for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from clsf.charts import pictures
from clsf.errors import ClsfError
from clsf.predict import asking
from clsf.predict.values import Inside
from clsf.ui.predict import alike, keys, layers_view, where_view
from clsf.ui.predict.trying import class_names, task, test_image
from clsf.ui.shared import choose, problems, service_access
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.text import begun, plain, t

LOOK = "clsf.predict.inspection:inspect_image"


def show(models: Sequence[AskedModel]) -> None:
    """Show the chosen image, and then one of its views."""
    left, right = st.columns([1, 3.2], gap="large")
    with left:
        pixels = _image(models)
        if pixels is None:
            return
        wanted = _wanted(models)
    with right:
        views = {
            "where": t("Where it looks"), "layers": t("Every layer"), "filters": t("Strongest filters"),
            "alike": t("What looks alike"), "map": t("Map"),
        }  # fmt: skip
        view = choose.named(st.segmented_control, t("What to look at"), views, keys.INSIDE, label_visibility="collapsed")
        if view == "map":
            alike.show_map(models, pixels)
            return
        if view == "alike":
            alike.show_neighbours(models, pixels)
            return
        seen = [(model, inside) for model in models if (inside := _seen(model, pixels, wanted)) is not None]
        if seen:
            {"where": where_view.show, "layers": layers_view.show, "filters": layers_view.show_filters}[view](seen, pixels)


def _image(models: Sequence[AskedModel]) -> np.ndarray | None:
    """Let the reader choose the image: the one tried last, or a test image."""
    record = models[0].record
    tried = st.session_state.get(keys.IMAGE)
    kinds = {"test": t("Test image")}
    if tried is not None and tried[0] == task(record):
        kinds = {"tried": t("Tried last"), **kinds}
    kind = choose.named(st.segmented_control, t("Image"), kinds, keys.EXPLAIN, keys.EXPLAIN_LINK)
    if kind == "tried":
        pixels, words = tried[1], tried[2]
    else:
        number = choose.whole(t("Image number"), 0, 1_000_000, 0, keys.NUMBER)
        try:
            pixels, shows, at = test_image(record, None, number)
        except ClsfError as error:
            problems.show(error)
            return None
        words = t("test image {number}, which shows: {name}", number=at, name=class_names(record)[shows])
    st.html('<div class="pd" style="max-width:11rem">' + pictures.image(pixels, words) + "</div>")
    st.caption(plain(begun(words)))
    return pixels


def _wanted(models: Sequence[AskedModel]) -> int | None:
    """Let the reader choose which class is explained; None: its own answer."""
    names = class_names(models[0].record)
    titles = {"": t("its own answer"), **{str(n): name for n, name in enumerate(names)}}
    chosen = choose.named(st.selectbox, t("Class that is explained"), titles, keys.CLASS_EXPLAINED)
    return None if chosen == "" else int(chosen)


def _seen(model: AskedModel, pixels: np.ndarray, wanted: int | None) -> Inside | None:
    try:
        return looked(model.run_id, pixels, wanted, model.record)
    except ClsfError as error:
        st.error(f"{plain(model.name)}: " + plain(error.sentence), icon=":material/error:")
        return None


@st.cache_data(max_entries=30, show_spinner=False)
def looked(run_id: str, pixels: np.ndarray, wanted: int | None, _record: object) -> Inside:
    """Return the values inside one model for one image. Raises ClsfError."""
    return asking.ask(service_access.get_service(), _record, LOOK, pixels, wanted)
