"""The first minute, on one screen: draw a digit, two frameworks answer; train your own; flip a switch, curves separate."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from clsf import examples
from clsf.charts import pictures
from clsf.charts.style import STYLES
from clsf.predict.trying import SHEET
from clsf.runs.record import RunRecord
from clsf.ui.home import keys, training
from clsf.ui.shared import choose, problems, service_access, waiting
from clsf.ui.shared.asked_model import answers, named
from clsf.ui.shared.drawing import draw
from clsf.ui.shared.text import t

DRAWN = "clsf.predict.trying:drawn"
SIDE = 208  # pixels of the sheet on the screen
TICK = 1.0  # seconds between two looks at workers that are not ready yet
NAMED = 3  # answers of each model that are shown


def first_minute() -> None:
    """Show both cards side by side; on a phone one above the other."""
    with problems.shown():
        service_access.at_hand()
        left, right = st.columns([1, 1.2], gap="small")
        with left.container(border=True, height="stretch", gap="xsmall", key="first_draw"):
            st.markdown(f"**1 · {t('Draw a digit: two frameworks answer')}**")
            # What is drawn before the workers are ready is answered as soon as they are.
            records, cold = _asked(), waiting.cold()
            st.fragment(_look, run_every=TICK if cold else None)(records, bool(cold))
        with right.container(border=True, height="stretch", gap="xsmall", key="first_train"):
            training.show()


def _asked() -> list[RunRecord]:
    """Return the models that answer: those shipped with the program, or the reader's own once there are some."""
    ready = [examples.record(run_id) for run_id in examples.ids(examples.DIGITS)]
    own = training.trained()
    if not own:
        return ready
    titles = {"own": t("Your models"), "ready": t("Ready-made models")}
    who = choose.named(st.segmented_control, t("Who answers"), titles, keys.WHO, label_visibility="collapsed")
    return own if who == "own" else ready


def _look(records: Sequence[RunRecord], was_cold: bool) -> None:
    sheet, said = st.columns([1, 1], gap="small")
    with sheet:
        ink = draw(keys.SHEET, side=SHEET, height=SIDE, label=t("Draw a digit here"), plain=True, link=keys.SHEET_LINK)
    cold = waiting.cold()
    with said:
        if ink is None:
            cards, hint = "".join(_card(record, "?", "", []) for record in records), escape(t("Draw a digit from 0 to 9"))
            st.html(f'<div class="first-said">{cards}<p class="hint">{hint}</p></div>')
        else:
            _answer(records, np.array(ink), cold)
    if was_cold and not cold:
        st.rerun()  # once more, without a timer


def _answer(records: Sequence[RunRecord], ink: np.ndarray, cold: Sequence[str]) -> None:
    warm = [record for record in records if record.framework not in cold]
    said = {model.run_id: answer for model, answer in answers(named(warm), DRAWN, ink)}
    cards, heard, received = [], [], None
    for record in records:
        answer = said.get(record.run_id)
        if answer is None:
            cards.append(_card(record, "…", t("being loaded, a few seconds") if record.framework in cold else "–", []))
            continue
        received = answer.pixels
        shares = answer.prediction.probabilities[0]
        order = np.argsort(-shares, kind="stable")[:NAMED]
        cards.append(_card(record, str(order[0]), f"{shares[order[0]]:.0%}", [(str(n), float(shares[n])) for n in order]))
        title, first = STYLES[record.framework].title, f"{order[0]}, {shares[order[0]]:.0%}"
        heard.append(t("{model} says: {answers}.", model=title, answers=first))
    small = ""
    if received is not None:
        alt = t("What the models receive: {side}×{side} pixels", side=received.shape[0])
        small = f"<figure>{pictures.image(received, alt)}<figcaption>{escape(alt)}</figcaption></figure>"
    told = f'<p class="unseen" role="status">{escape(" ".join(heard))}</p>'
    st.html(f'<div class="first-said">{"".join(cards)}{small}{told}</div>')


def _card(record: RunRecord, answer: str, share: str, bars: list[tuple[str, float]]) -> str:
    style = STYLES[record.framework]
    rows = "".join(f'<li><span>{name}</span><i style="--share:{100 * share:.1f}%"></i></li>' for name, share in bars)
    return (
        f'<div class="said side-{record.framework}"><small>{style.mark} {escape(style.title)}</small>'
        f'<p><b>{escape(answer)}</b> <em>{escape(share)}</em></p><ul aria-hidden="true">{rows}</ul></div>'
    )
