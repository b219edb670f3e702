"""Look inside: one image on its way through both models, where they look, and which test images are similar for them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from clsf.charts import pictures
from clsf.charts.predict_map import figure, in_words
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.predict import asking
from clsf.predict.values import Inside
from clsf.ui.predict import inside_views, keys, mistakes
from clsf.ui.predict.trying import class_names, task, test_image
from clsf.ui.shared import choose, live_chart, problems, service_access
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import begun, plain, t, tn, words

LOOK = "clsf.predict.inspection:inspect_image"
NEIGHBOURS, MAPPED = "clsf.predict.inspection:neighbours", "clsf.predict.inspection:mapped"
SECONDS = 300.0


def show(models: Sequence[AskedModel]) -> None:
    """Show the chosen image, and then one of its views."""
    left, right = st.columns([1, 3.2], gap="large")
    pixels = None
    with left, problems.shown():
        pixels = _image(models)
        wanted = _wanted(models)
    if pixels is None:
        return
    with right:
        views = {
            "where": (t("Where it looks"), inside_views.where), "layers": (t("Every layer"), inside_views.layers),
            "filters": (t("Strongest filters"), inside_views.filters), "alike": (t("What looks alike"), _neighbours),
            "map": (t("Map"), _map),
        }  # fmt: skip
        titles = {name: title for name, (title, _) in views.items()}
        view = choose.named(st.segmented_control, t("What to look at"), titles, keys.INSIDE, label_visibility="collapsed")
        seen = models if view in ("alike", "map") else _seen(models, pixels, wanted)
        if seen:
            views[view][1](seen, pixels)


def _image(models: Sequence[AskedModel]) -> np.ndarray:
    """Let the reader choose the image: the one tried last, or a test image. Raises ClsfError."""
    record = models[0].record
    tried = st.session_state.get(keys.IMAGE)
    kinds = {"test": t("Test image")}
    if tried is not None and tried[0] == task(record):
        kinds = {"tried": t("Tried last"), **kinds}
    kind = choose.named(st.segmented_control, t("Image"), kinds, keys.EXPLAIN, keys.EXPLAIN_LINK)
    if kind == "tried":
        pixels, words = tried[1], tried[2]
    else:
        pixels, words = test_image(record, None)
    st.html('<div class="pd" style="max-width:11rem">' + pictures.image(pixels, words) + "</div>")
    st.caption(plain(begun(words)))
    return pixels


def _wanted(models: Sequence[AskedModel]) -> int | None:
    """Let the reader choose which class is explained; None: its own answer."""
    names = class_names(models[0].record)
    titles = {"": t("its own answer"), **{str(n): name for n, name in enumerate(names)}}
    chosen = choose.named(st.selectbox, t("Class that is explained"), titles, keys.CLASS_EXPLAINED)
    return None if chosen == "" else int(chosen)


def _seen(models: Sequence[AskedModel], pixels: np.ndarray, wanted: int | None) -> list[inside_views.Seen]:
    """Return the values inside the models for an image; say why a model has none."""
    seen = []
    for model in models:
        try:
            seen.append((model, _inside(model.run_id, pixels, wanted, model.record)))
        except ClsfError as error:
            st.error(f"{plain(model.name)}: " + plain(error.sentence), icon=":material/error:")
    return seen


@st.cache_data(max_entries=30, show_spinner=False)
def _inside(run_id: str, pixels: np.ndarray, wanted: int | None, _record: object) -> Inside:
    return asking.ask(service_access.get_service(), _record, LOOK, pixels, wanted)


def _neighbours(models: Sequence[AskedModel], pixels: np.ndarray) -> None:
    """Show the test images nearest to this one in each model's last hidden layer."""
    names = class_names(models[0].record)
    with st.spinner(t("Comparing with test images …")):
        answers = asking.ask_all(service_access.get_service(), [m.record for m in models], NEIGHBOURS, pixels, timeout=SECONDS)
    for model, near in zip(models, answers, strict=True):
        if isinstance(near, asking.Failed):
            st.error(f"{plain(model.name)}: " + plain(near.error.sentence), icon=":material/error:")
            continue
        st.markdown(f"### {model.mark} {plain(model.name)}")
        with problems.shown():
            images = mistakes.test_images(model.record, near.nearest)
            items = [
                (image, t("test image {number}, which shows: {name}", number=int(n), name=names[label]),
                 f"<b>{escape(names[label])}</b><small>{t('distance {distance}', distance=f'{distance:.3g}')}</small>")
                for image, n, label, distance in zip(images, near.nearest, near.labels, near.distances, strict=True)
            ]  # fmt: skip
            st.html(pictures.grid(items))
            where = (
                t("layer {path}", path=near.layer) if near.layer else t("the image itself, because there is no hidden layer")
            )
            st.caption(
                tn(
                    "Nearest of {count} test image by {where}: the Euclidean distance of what comes out of it.",
                    "Nearest of {count} test images by {where}: the Euclidean distance of what comes out of it.",
                    near.looked,
                    count=f"{near.looked:,}",
                    where=where,
                )
            )
    st.caption(note("predict", "images-look-alike"))


def _map(models: Sequence[AskedModel], pixels: np.ndarray) -> None:
    """Show many test images as points, close together where the model finds them similar."""
    titles = {"pca": t("PCA"), "tsne": t("t-SNE")}
    method = choose.named(st.segmented_control, t("Method"), titles, keys.MAP)
    names = class_names(models[0].record)
    for place, model in zip(st.columns(len(models)), models, strict=True):
        with place, problems.shown():
            st.markdown(f"**{model.mark} {plain(model.name)}**")
            catalogue.info(model.record.plan.data)  # a map made for one reader is not for all
            with st.spinner(t("Making the map …")):
                places = _mapped(model.run_id, pixels, method, model.record)
            key, alt = f"predict-map-{model.run_id}-{method}", in_words(places, words)
            live_chart.live_chart(figure(places, names, words), key=key, alt=alt, height=480)
            if places.explained is not None:
                share, features = f"{places.explained:.0%}", places.features
                st.caption(t("Two axes hold {share} of the variance of {features} features.", share=share, features=features))
    if method == "pca":
        st.caption(note("predict", "pca-looks-features"))
    else:
        st.caption(note("predict", "t-sne-bends"))


@st.cache_data(max_entries=20, show_spinner=False)
def _mapped(run_id: str, pixels: np.ndarray, method: str, _record: object) -> object:
    return asking.ask(service_access.get_service(), _record, MAPPED, pixels, method, timeout=SECONDS)
