"""Four questions about what was taught, each answered by trying it."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from clsf.charts import own_few, pictures
from clsf.errors import ClsfError
from clsf.own import asked, few, unknown
from clsf.own.recordings import by_frame, by_recording
from clsf.own.tryout import strangers
from clsf.predict import asking
from clsf.ui.own import keys, ways_view
from clsf.ui.own.held import Taught, taught_models, threshold
from clsf.ui.shared import choose, problems, service_access
from clsf.ui.shared.asked_model import AskedModel
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import plain, t, tn, words


def show() -> None:
    """Show the section: one question at a time."""
    taught = taught_models()
    if taught is None:
        return
    known, models = taught
    questions = {
        "ways": t("Why not from scratch?"), "few": t("How many images are enough?"), "stranger": t("And a thing of no class?"),
        "frames": t("Why keep recordings whole?"),
    }  # fmt: skip
    question = choose.named(st.segmented_control, t("Question"), questions, keys.QUESTION, label_visibility="collapsed")
    {"ways": ways_view.show, "few": _few, "stranger": _stranger, "frames": _frames}[question](known, models)


@st.cache_data(max_entries=30, show_spinner=False)
def _features(run_id: str, _model: AskedModel) -> asked.Features:
    return asking.ask(service_access.get_service(), _model.record, "clsf.own.asked:features")


@st.cache_data(max_entries=30, show_spinner=False)
def _curve(run_id: str, whole: bool, _found: asked.Features) -> list[few.Enough]:
    return few.curve(_found.rows, _found.labels, _found.recordings, whole)


def _of(models: list[AskedModel], whole: bool) -> list[tuple[AskedModel, list[few.Enough]]] | None:
    """Return each model's learning curve; None, after a message that says why, if there is none."""
    with problems.shown(), st.spinner(t("Asking both models …")):
        return [(model, _curve(model.run_id, whole, _features(model.run_id, model))) for model in models]
    return None


def _few(known: Taught, models: list[AskedModel]) -> None:
    st.markdown(note("own", "few"))
    curves = _of(models, known.whole)
    if curves is None:
        return
    drawn = [(model.record.framework, one) for model, one in curves]
    alt, title = own_few.in_words(drawn, words), t("Validation accuracy by images per class")
    draw("own-few", (known.run_ids, known.whole, drawn), lambda: (own_few.figure(drawn, words), alt), 300, title)
    st.caption(alt)


def _frames(known: Taught, models: list[AskedModel]) -> None:
    st.markdown(note("own", "frames"))
    labels, recordings = known.collection.labels, known.collection.recordings
    near = by_frame(labels)
    shared = np.isin(recordings[near.validation], recordings[near.train])
    if not shared.any():
        st.info(note("own", "frames-none"), icon=":material/info:")
        return
    at = int(near.validation[np.flatnonzero(shared)[0]])
    twin = int(near.train[recordings[near.train] == recordings[at]][0])
    names = known.classes
    items = [
        (known.collection.pixels[n], names[labels[n]], where) for n, where in ((at, t("validation")), (twin, t("training")))
    ]
    st.html(pictures.grid(items, "four smooth"))
    both = [_of(models, whole) for whole in (True, False)]
    if None in both:
        return
    whole, frames = both
    for (model, one), (_, two) in zip(whole, frames, strict=True):
        st.markdown(
            f"{model.mark} **{plain(model.name)}**: "
            + t(
                "recordings whole {whole}, frame by frame {frames}: the second looks {points} percentage points better.",
                whole=f"{one[-1].mean:.1%}", frames=f"{two[-1].mean:.1%}", points=f"{100 * (two[-1].mean - one[-1].mean):+.1f}",
            )
        )  # fmt: skip
    alone = len(by_recording(labels, recordings).alone)
    st.caption(
        t("Means of {count} splits, with as many training images per class as there are.", count=few.SPLITS)
        + (" " + tn("{count} class has only one recording, which can’t stay whole.", "{count} classes have only one recording, which can’t stay whole.", alone) if alone else "")
    )  # fmt: skip


def _stranger(known: Taught, models: list[AskedModel]) -> None:
    st.markdown(note("own", "stranger"))
    every = strangers()
    for model in models:
        try:
            shares = asking.ask(service_access.get_service(), model.record, "clsf.own.asked:answered", every)
            limit = threshold(model.record)
        except ClsfError as error:
            problems.show(error)
            continue
        shares = limit.calibrated(shares.astype(np.float64))
        unsure = shares.max(axis=1) < limit.least
        st.markdown(
            f"{model.mark} **{plain(model.name)}**: "
            + t(
                "{unknown} of {count} things of no class are called unknown; the others get a class. Temperature {temperature}, threshold {least}; "
                "validation images: {images}.",
                unknown=int(unsure.sum()), count=len(every), temperature=f"{limit.temperature:.2f}", least=f"{limit.least:.0%}", images=limit.images,
            )
        )  # fmt: skip
        items = [
            (pixels[::2, ::2], known.classes[best], f"{'<b>' + t('unknown') + '</b>' if no else escape(known.classes[best])} <small>{share:.0%}</small>")
            for pixels, best, share, no in zip(every, shares.argmax(axis=1), shares.max(axis=1), unsure, strict=True)
        ]  # fmt: skip
        st.html(pictures.grid(items, "small smooth"))
    st.caption(note("own", "stranger-said", share=f"{unknown.REJECTED:.0%}"))
