"""Images that are similar for a model: the nearest test images by its last hidden layer, and a map of many of them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from clsf.charts import pictures
from clsf.charts.predict_map import figure, in_words
from clsf.data import catalogue
from clsf.predict import asking
from clsf.ui.predict import keys, mistakes
from clsf.ui.predict.trying import class_names
from clsf.ui.shared import choose, live_chart, problems, service_access
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn, words

NEIGHBOURS, MAPPED = "clsf.predict.inspection:neighbours", "clsf.predict.inspection:mapped"
SECONDS = 300.0


def show_neighbours(models: Sequence[AskedModel], pixels: np.ndarray) -> None:
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


def show_map(models: Sequence[AskedModel], pixels: np.ndarray) -> None:
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
