"""Try it: a drawing, a picture, the camera or a test image, and the models' answers while it is drawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from html import escape

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clsf.charts import pictures
from clsf.charts.predict_bars import Opinion, bars, top, verdict
from clsf.data import catalogue
from clsf.errors import ClsfError
from clsf.predict import asking, drawing
from clsf.predict.trying import MOST_FILE, SHEET
from clsf.runs.sharing import shared
from clsf.ui.predict import keys
from clsf.ui.shared import choose, data_names, example, facts, problems
from clsf.ui.shared.asked_model import AskedModel, answers
from clsf.ui.shared.asking import ask
from clsf.ui.shared.drawing import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import begun, plain, t

DRAWN = "clsf.predict.trying:drawn"
UPLOADED = "clsf.predict.trying:uploaded"
ASKED = "clsf.predict.trying:asked"
ONE_PICTURE = "clsf.predict.evaluating:one_picture"


def show(models: Sequence[AskedModel]) -> None:
    """Show the source of the image on the left and the models' answers on the right."""
    sources = {
        "draw": (
            ":material/draw: " + t("Draw"), _drawn, t("Draw something: what the models say appears here, stroke by stroke."),
        ),
        "test": (":material/photo_library: " + t("Test image"), _test, t("There is no image to ask about.")),
        "upload": (":material/upload: " + t("Upload"), _upload, t("Choose a picture: what the models say of it appears here.")),
        "camera": (
            ":material/photo_camera: " + t("Camera"), _camera, t("Take a picture: what the models say of it appears here."),
        ),
    }  # fmt: skip
    titles = {name: title for name, (title, *_) in sources.items()}
    label = t("Where the image comes from")
    source = choose.named(st.segmented_control, label, titles, keys.SOURCE, label_visibility="collapsed")
    st.fragment(_look)(models, source, *sources[source][1:])


def _look(models: Sequence[AskedModel], source: str, image: Callable[..., tuple | None], nothing: str) -> None:
    """Show the image, and the answers; `nothing` is what to say while there is no image."""
    left, right = st.columns([1, 1.75], gap="medium")
    below, asked = st.container(), None
    with left, problems.shown():
        asked = image(models, below)
    with right:
        if asked is None:
            st.info(nothing, icon=":material/psychology:")
            example.guess(
                t("Guess: with which image will the two models be the least sure, and will they be wrong in the same way?")
            )
            return
        started = time.perf_counter()
        good = answers(models, *asked[:-1])
        facts.tell("guess", source=source, runs=len(good))
        if good:
            _answers(good, time.perf_counter() - started, asked[-1], below)


# Sources of the image. Each returns (job, its arguments …, words for the image), None while there is no image.


def _drawn(models: Sequence[AskedModel], below: DeltaGenerator) -> tuple | None:
    record = models[0].record
    colour = _channels(record) == 3
    sheet = f"{shared(record.plan).data}-{int(colour)}"
    ink = draw(keys.SHEET, side=SHEET, colour=colour, height=300, label=t("Draw here"), sheet=sheet, link=keys.SHEET_LINK)
    if drawing.centred(record.plan.data):
        below.caption(note("predict", "drawing-cut-out"))
    elif colour:
        below.caption(note("predict", "whole-sheet-shrunk"))
    else:
        below.caption(t("The whole sheet is shrunk to the size of the data set's images, light on dark."))
    return None if ink is None else (DRAWN, np.array(ink), t("your drawing"))


def _test(models: Sequence[AskedModel], below: DeltaGenerator) -> tuple | None:
    record = models[0].record
    names = class_names(record)
    titles = {"": t("all classes"), **{str(n): name for n, name in enumerate(names)}}
    label = choose.named(st.selectbox, t("Class"), titles, keys.CLASS)
    pixels, words = test_image(record, None if label == "" else int(label))
    st.html('<div class="pd" style="max-width:12rem">' + pictures.image(pixels, words) + "</div>")
    st.caption(plain(begun(words)) + ". " + t("It was not used for training."))
    return ASKED, pixels, words


def _upload(models: Sequence[AskedModel], below: DeltaGenerator) -> tuple | None:
    file = st.file_uploader(t("A picture (PNG, JPEG or WebP)"), type=["png", "jpg", "jpeg", "webp"], key=keys.UPLOAD)
    below.caption(note("predict", "most-mb-20", most=MOST_FILE // 1_000_000))
    return _file(models, file, t("your picture"))


def _camera(models: Sequence[AskedModel], below: DeltaGenerator) -> tuple | None:
    file = st.camera_input(t("Take a picture"), key=keys.CAMERA)
    return _file(models, file, t("your photograph"))


def _file(models: Sequence[AskedModel], file: object, words: str) -> tuple | None:
    ground = "keep"
    if _channels(models[0].record) == 1:
        grounds = {"auto": t("if its ground is light"), "keep": t("never"), "invert": t("always")}
        ground = choose.named(st.segmented_control, t("Turn light and dark around"), grounds, keys.TURN)
    return None if file is None else (UPLOADED, file.getvalue(), ground, words)


# The result.


def _answers(good: list[tuple[AskedModel, object]], seconds: float, words: str, below: DeltaGenerator) -> None:
    """Show the answers of the models that could be asked."""
    record = good[0][0].record
    names = class_names(record)
    opinions = [Opinion(m.name, m.colour, m.mark, a.prediction.probabilities[0]) for m, a in good]
    pixels = good[0][1].pixels
    st.session_state[keys.IMAGE] = (task(record), pixels, words)
    shape = "×".join(str(n) for n in pixels.shape)
    received = pictures.image(pixels, t("What the model receives, enlarged: {shape} pixels", shape=shape))
    st.html(
        f'<div class="pd"><div class="pd-received"><figure>{received}<figcaption>{t("what the model sees")}</figcaption></figure>'
        f"{verdict(opinions, names)}</div>{bars(opinions, names, t('Probability of each class'))}"
        f'<p class="pd-hidden" role="status">{escape(in_words(opinions, names))}</p></div>'
    )
    first = good[0][1].prediction
    low, high = f"{first.lowest:.2f}", f"{first.highest:.2f}"
    said = t(
        "This is all the model sees: {shape} numbers, scaled to between {low} and {high}.",
        shape=f"`{shape}`",
        low=low,
        high=high,
    )
    below.caption(f"{said} {t('Asked and answered in {ms} ms.', ms=f'{seconds * 1e3:.0f}')}")


def in_words(opinions: Sequence[Opinion], names: Sequence[str]) -> str:
    """Return the likeliest three answers of each model as a sentence, the text alternative of the bars."""
    said = []
    for opinion in opinions:
        answers = ", ".join(t("{name} with {share}", name=name, share=f"{p:.0%}") for name, p in top(opinion, names))
        said.append(t("{model} says: {answers}.", model=opinion.name, answers=answers))
    return " ".join(said)


# Also used by the other sections.


def class_names(record: object) -> list[str]:
    """Return the names of a run's classes; numbers if the names are unknown."""
    count, names = asking.classes_of(record), data_names.class_names(record)
    return names if len(names) == count else [str(n) for n in range(count)]


def task(record: object) -> tuple:
    """Return what an image must fit for a prediction: data, shape."""
    return record.plan.data, tuple(record.started.input_shape)


def test_image(record: object, label: int | None) -> tuple[np.ndarray, str]:
    """Let the reader choose a test image by its number, of one class or of all; return it as the model gets it, and in words.

    Raises ClsfError.
    """
    number = choose.whole(t("Image number"), 0, 1_000_000, 0, keys.NUMBER)
    pixels, shows, at = fetched(record, ONE_PICTURE, label, number)
    return pixels, t("test image {number}, which shows: {name}", number=at, name=class_names(record)[shows])


def fetched(record: object, job: str, *which: object) -> object:
    """Return images of a run's data set as the run's model gets them, by a job of a worker. Raises ClsfError."""
    return ask(record.framework, job, record.plan.data, record.plan.to_json(), *which, timeout=asking.SECONDS)


def _channels(record: object) -> int:
    try:
        return catalogue.info(record.plan.data).shape[2]
    except ClsfError:
        return record.started.input_shape[2]
