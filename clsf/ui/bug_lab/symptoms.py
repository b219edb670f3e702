"""The symptoms that a student with this fault sees: curves during training, 16 predictions, a confusion matrix, the output."""

from __future__ import annotations

import numpy as np
import streamlit as st

from clsf.charts import bug_lab, inside_confusion, pictures
from clsf.faults.lab import BugCase
from clsf.faults.running import Live, Ran, Samples
from clsf.ui.bug_lab import running
from clsf.ui.shared.live_chart import live_chart
from clsf.ui.shared.text import t, words

HEIGHT = 260


def show(case: BugCase) -> Ran | None:
    """Run the case's program and show what it does; return it once it is over."""
    seen = running.seen(case, _live)
    if seen is None:
        return None
    if seen.traceback:
        st.markdown(t("**It stops with an error.**"))
        st.code(seen.traceback[:2000], language="text", wrap_lines=True)
    if seen.history.losses:
        curves(
            {t("loss of each step"): seen.history.losses},
            {t("training"): seen.history.accuracy, t("validation"): seen.history.validation_accuracy}, seen.facts.chance, "seen",
        )  # fmt: skip
    if seen.samples is not None:
        predictions(seen.samples)
    if seen.confusion is not None:
        count = f"{sum(map(sum, seen.confusion)):,}"
        st.markdown(t("**Confusion matrix** of all images evaluated after the last training step, validation and test together ({count}). Rows are labels, columns are answers.", count=count))  # fmt: skip
        names = [str(n) for n in range(len(seen.confusion))]
        figure = inside_confusion.figure([(case.framework, seen.confusion)], names, words)
        alt = t("Confusion matrix of the images that were evaluated after the last training step")
        live_chart(figure, key="buglab-confusion", alt=alt, height=340)
    with st.expander(t("What it printed"), icon=":material/terminal:"):
        st.code(seen.printed[-4000:] or "–", language="text")
    return seen


def _live(live: Live) -> None:
    if live.losses:
        curves({t("loss of each step"): live.losses}, {}, None, "live")


def curves(losses: dict, accuracies: dict, chance: float | None, name: str) -> None:
    """Show losses by step and accuracies by epoch, side by side where there is room."""
    accuracies = {label: values for label, values in accuracies.items() if values}
    left, right = st.columns(2) if accuracies else (st.container(), None)
    with left:
        said = t("Loss by step. At the end: {numbers}", numbers=bug_lab.in_words(losses))
        drawn = bug_lab.losses(losses, chance, words)
        live_chart(drawn, key=f"buglab-loss-{name}", alt=said, height=HEIGHT, title=t("Loss by step"))
    if right is not None:
        with right:
            said = t("Accuracy by epoch. At the end: {numbers}", numbers=bug_lab.in_words(accuracies))
            drawn = bug_lab.accuracies(accuracies, words)
            live_chart(drawn, key=f"buglab-accuracy-{name}", alt=said, height=HEIGHT, title=t("Accuracy by epoch"))


def predictions(samples: Samples) -> None:
    """Show images with their labels and the answers."""
    if samples.answers is None:
        st.markdown(t("**Images and labels**: it stops before it answers."))
    else:
        right = sum(a == b for a, b in zip(samples.labels, samples.answers, strict=True))
        st.markdown(t("**Predictions**, label → answer: {right} of {count} are right.", right=right, count=len(samples.labels)))
    rows = []
    for n, (image, label) in enumerate(zip(samples.images, samples.labels, strict=True)):
        css, under = "", str(label)
        if samples.answers is not None:
            answer = samples.answers[n]
            css, sign = ("bl-right", "✓") if answer == label else ("bl-wrong", "✗")
            share = f"<small>{samples.sure[n]:.0%}</small>" if n < len(samples.sure) else ""
            under = f"{sign} {label} → {answer}{share}"
        alt = t("An image with the label {label}", label=label)
        title = f"{t('label')} {label}"
        rows.append(f'<li class="{css}">{pictures.image(np.array(image, np.uint8), alt, title=title)}{under}</li>')
    st.html(f'<ul class="bl-grid">{"".join(rows)}</ul>')
