"""Try it: camera, file or an object of no class; both models' answers, where they look, and why they are so confident."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext
from html import escape

import numpy as np
import streamlit as st

from clsf.charts import pictures
from clsf.charts.predict_bars import Opinion, bars, verdict
from clsf.own.asked import AnswerEvidence
from clsf.own.collection import SIDE
from clsf.own.tryout import strangers
from clsf.predict import asking
from clsf.predict.trying import MOST_FILE
from clsf.ui.own import keys
from clsf.ui.own.held import Taught, taught_models, threshold
from clsf.ui.shared import camera, choose, example, problems, service_access
from clsf.ui.shared.asked_model import AskedModel, answers
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import begun, plain, t

ASKED, UPLOADED = "clsf.predict.trying:asked", "clsf.predict.trying:uploaded"
ANSWERED = "own_answered"  # in the session: the models are there, and answer at once
CAM, WHY = "clsf.predict.inspection:grad_cam", "clsf.own.asked:why"


def show() -> None:
    """Show the section."""
    models = taught_models()
    if models is None:
        return
    sources = {
        "camera": ":material/videocam: " + t("Camera"), "file": ":material/upload: " + t("File"),
        "kept": ":material/quiz: " + t("A validation image"), "stranger": ":material/question_mark: " + t("A thing of no class"),
    }  # fmt: skip
    source = choose.named(
        st.segmented_control, t("Where the image comes from"), sources, keys.TRY, label_visibility="collapsed"
    )
    st.fragment(_look)(source, *models)


def _look(source: str, known: Taught, models: Sequence[AskedModel]) -> None:
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        asked = {"camera": _camera, "file": _file, "kept": _kept, "stranger": _stranger}[source](known)
        unsure = st.toggle(
            t("“Unknown” where it is unsure"), True, key=keys.UNKNOWN, help=note("own", "unknown"), **choose.LINKED
        )
        where = st.toggle(t("Where it looks"), key=keys.WHERE, help=note("own", "where"), **choose.LINKED)
    with right:
        if asked is None:
            st.info(t("Show it something: what both models say appears here."), icon=":material/psychology:")
            example.guess(t("Guess: which of your images is the hardest one, and which part of it will the models look at?"))
            return
        began = time.perf_counter()
        with st.spinner(t("Asking both models …")) if not st.session_state.get(ANSWERED) else nullcontext():
            good = answers(models, *asked)
        st.session_state[ANSWERED] = True
        if good:
            _answers(known, good, unsure, time.perf_counter() - began)
            if where:
                _where(good)
            _why(known, good)


# Sources of the image. Each returns (job, its arguments …), None while there is no image.


def _camera(known: Taught) -> tuple | None:
    frame = camera.watch(keys.WATCH, SIDE)
    return None if frame is None else (ASKED, frame)


def _file(known: Taught) -> tuple | None:
    file = st.file_uploader(t("A picture (PNG, JPEG or WebP)"), type=["png", "jpg", "jpeg", "webp"], key=keys.FILE)
    st.caption(t("At most {most} MB. It is turned upright and cut square around its centre.", most=MOST_FILE // 1_000_000))
    return None if file is None else (UPLOADED, file.getvalue(), "keep")


def _kept(known: Taught) -> tuple | None:
    collection, sides = known.collection, known.sides
    number = choose.whole(t("Image number"), 1, len(sides.validation), 1, keys.NUMBER)
    at = int(sides.validation[number - 1])
    pixels, name = collection.pixels[at], collection.names[collection.labels[at]]
    _picture(pixels, t("validation image of “{name}”", name=name))
    return ASKED, pixels


def _stranger(known: Taught) -> tuple | None:
    every = strangers()
    number = choose.whole(t("Image number"), 1, len(every), 1, keys.NUMBER + "_stranger")
    _picture(every[number - 1], t("a shape, a plain grey or noise"))
    return ASKED, every[number - 1]


def _picture(pixels: np.ndarray, words: str) -> None:
    st.html('<div class="pd" style="max-width:16rem">' + pictures.image(pixels, words, "smooth") + "</div>")
    st.caption(plain(begun(words)))


# The result.


def _answers(known: Taught, good: list, unsure: bool, seconds: float) -> None:
    opinions, least, lead = [], [], []
    for model, answer in good:
        shares, limit = answer.prediction.probabilities.astype(np.float64), None
        with problems.shown():
            limit = threshold(model.record) if unsure else None
        if limit is not None:
            least.append(f"{model.mark} {limit.least:.0%}")
            shares = limit.calibrated(shares)
        opinions.append(Opinion(model.name, model.colour, model.mark, shares[0]))
        lead.append(limit is None or bool(shares[0].max() >= limit.least))
    said = ", ".join(
        f"{o.name}: {known.classes[int(o.probabilities.argmax())] if sure else t('unknown')}"
        for o, sure in zip(opinions, lead, strict=True)
    )
    st.html(
        f'<div class="pd">{verdict(opinions, known.classes, [None if sure else t("unknown") for sure in lead])}'
        f'{bars(opinions, known.classes, t("Probability of each class"))}<p class="pd-hidden" role="status">{escape(said)}</p></div>'
    )
    speed = t("Both answered in {ms} ms.", ms=round(1000 * seconds))
    if least:
        speed += " " + t("An answer counts from {least} on; below it is called unknown.", least=" · ".join(least))
    st.caption(speed)


def _where(good: list) -> None:
    items = []
    for model, answer in good:
        with problems.shown():
            cam = asking.ask(service_access.get_service(), model.record, CAM, answer.pixels, None)
            row, column = np.unravel_index(int(cam.argmax()), cam.shape)
            alt = t("{title} of {model}; strongest in row {row}, column {column}", title=t("Grad-CAM"), model=model.name, row=int(row), column=int(column))  # fmt: skip
            items.append((pictures.overlaid(answer.pixels, pictures.coloured(cam), 0.5), alt, model.html()))
    if items:
        st.html(pictures.grid(items, "four smooth"))
        st.caption(note("own", "where-said"))


def _why(known: Taught, good: list) -> None:
    folded = st.expander(t("Why so sure?"), icon=":material/help:", key=keys.WHY_OPEN, bind="query-params")
    if not folded.open:
        return
    with folded:
        st.markdown(note("own", "why"))
        for model, answer in good:
            with problems.shown():
                _evidence(known, model, asking.ask(service_access.get_service(), model.record, WHY, answer.pixels))
        st.caption(note("own", "alike"))


def _evidence(known: Taught, model: AskedModel, evidence: AnswerEvidence) -> None:
    """Show the lead of the first score, and the most similar training images."""
    order = np.argsort(-evidence.scores, kind="stable")
    gap = float(evidence.scores[order[0]] - evidence.scores[order[1]])
    st.markdown(
        f"{model.mark} **{plain(model.name)}**: "
        + t(
            "the score of “{name}” is {gap} above that of “{other}”; softmax makes the first {times} times as likely.",
            name=plain(known.classes[order[0]]), other=plain(known.classes[order[1]]), gap=f"{gap:.1f}", times=f"{np.exp(min(gap, 20)):,.0f}",
        )
    )  # fmt: skip
    items = [
        (pixels, known.classes[label], f"{escape(known.classes[label])} <small>{like:.2f}</small>")
        for pixels, label, like in zip(evidence.pixels, evidence.labels, evidence.likeness, strict=True)
    ]
    st.html(pictures.grid(items, "small smooth"))
