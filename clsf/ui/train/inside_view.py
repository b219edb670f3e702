"""What was seen inside the model while it trained: layer by layer over the steps, image by image over the epochs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from clsf.charts import inside_confusion, inside_histograms, inside_lines
from clsf.charts.inside_lines import LinesPanel
from clsf.charts.style import STYLES
from clsf.runs.record import RunRecord
from clsf.ui.shared import units
from clsf.ui.shared.choose import named
from clsf.ui.shared.data_names import class_names
from clsf.ui.shared.figures import draw
from clsf.ui.shared.lessons import note
from clsf.ui.shared.text import t, words
from clsf.ui.train import keys, layer_names
from clsf.ui.train.images_view import at_epoch, followed, look_at, maps
from clsf.words import say

RATIO = say("Size of the update as a share of the size of the weights")
DEAD = say("Share of ReLU units whose output is 0 for all probed images")


def show(records: list[RunRecord]) -> None:
    """Show one of the views, if these runs record values inside the model; else the images that every run records at no cost."""
    seeing = [record for record in records if record.plan.look_inside and (record.layers_looked or record.predictions_looked)]
    if not seeing:
        if any(record.predictions_looked for record in records):
            st.header(t("16 images while it learns"))
            _images(records)
        return
    st.header(t("Inside the model"))
    st.caption(_cost(seeing))
    views = {
        "spread": (t("Weights and gradients"), _spread), "ratio": (t("Update to weight"), _ratio),
        "dead": (t("Dead ReLUs"), _dead), "images": (t("16 images"), _images),
        "maps": (t("Activations"), partial(_images, show=maps)), "confusion": (t("Confusion"), _confusion),
    }  # fmt: skip
    titles = {name: title for name, (title, _) in views.items()}
    views[named(st.pills, t("Look"), titles, keys.INSIDE, label_visibility="collapsed")][1](seeing)


def _cost(records: list[RunRecord]) -> str:
    """Show the cost of recording, and its share of the total time."""
    parts = []
    for record in records:
        trained = record.steps.seconds[-1] if len(record.steps) else 0.0
        total = trained + sum(e.validation_seconds for e in list(record.epochs)) + record.looking_seconds
        share = record.looking_seconds / total if total else 0.0
        title, time = STYLES[record.framework].title, units.duration(record.looking_seconds)
        parts.append(t("{framework}: {time}, {share} of all", framework=title, time=time, share=f"{share:.0%}"))
    return note("train", "what-looking-inside", parts="; ".join(parts))


def _stamp(records: list[RunRecord], *more: object) -> tuple:
    return tuple((r.run_id, len(r.layers_looked), len(r.predictions_looked)) for r in records), more


def _spread(records: list[RunRecord]) -> None:
    records = _with_layers(records)
    if not records:
        return
    names = [name for name in records[0].layers_looked[-1].layers if all(name in r.layers_looked[-1].layers for r in records)]
    left, right = st.columns([1.3, 1], vertical_alignment="bottom")
    with left:
        labels = layer_names.weights(records[0], names)
        which = named(st.selectbox, t("Layer"), labels, keys.LAYER)
    with right:
        kinds = {"weights": t("Weights"), "gradients": t("Gradients")}
        quantity = named(st.segmented_control, t("What to show"), kinds, keys.QUANTITY, label_visibility="collapsed")
    panels = []
    for record in records:
        seen = {look.step: told for look in list(record.layers_looked) if (told := look.layers[which][quantity])}
        if seen:
            panels.append((record.framework, list(seen), list(seen.values())))
    if not panels:
        st.caption(t("Not reported by this variant of the loop: model.fit keeps its gradients to itself."))
        return
    title = f"{labels[which]}, {kinds[quantity]}"
    draw(
        "train-inside-spread", _stamp(records, which, quantity),
        lambda: (inside_histograms.figure(panels, f"{which} {quantity}", words), inside_histograms.in_words(panels, title, words)),
        height=300,
    )  # fmt: skip
    st.caption(note("train", "each-column-one"))


def _ratio(records: list[RunRecord]) -> None:
    records = _with_layers(records)
    panels = []
    for record in records:
        looks = list(record.layers_looked)
        kernels = layer_names.weights(record, (name for name in looks[-1].layers if name.endswith("kernel")))
        lines = {said: ([k.step for k in looks], [k.layers[name]["ratio"] for k in looks]) for name, said in kernels.items()}
        panels.append(LinesPanel(record.framework, lines))
    if not panels:
        return
    draw(
        "train-inside-ratio", _stamp(records),
        lambda: (inside_lines.figure(panels, "ratio", words, log=True), inside_lines.in_words(panels, RATIO, words)), height=340,
    )  # fmt: skip
    st.caption(note("train", "update-weights-each"))


def _dead(records: list[RunRecord]) -> None:
    panels, records = [], _with_layers(records)
    for record in records:
        titles, looks = layer_names.layers(record), list(record.layers_looked)
        lines = {
            titles.get(path, path): ([k.step for k in looks], [k.dead.get(path) for k in looks]) for path in looks[-1].dead
        }
        if lines:
            panels.append(LinesPanel(record.framework, lines))
    if not panels:
        if records:
            st.caption(t("This model has no ReLU."))
        return
    draw(
        "train-inside-dead", _stamp(records),
        lambda: (
            inside_lines.figure(panels, "dead", words, share=True), inside_lines.in_words(panels, DEAD, words, share=True),
        ),
        height=320,
    )  # fmt: skip
    st.caption(note("train", "unit-says-0"))


def _images(records: list[RunRecord], show: Callable[[list[RunRecord], list[str]], None] = followed) -> None:
    seeing = [record for record in records if record.predictions_looked]
    if seeing:
        show(seeing, _classes(seeing[0]))


def _confusion(records: list[RunRecord]) -> None:
    seeing = [record for record in records if record.predictions_looked and record.predictions_looked[-1].confusion]
    if not seeing:
        st.caption(t("With so many classes there is no confusion matrix."))
        return
    classes, epoch = _classes(seeing[0]), at_epoch(seeing)
    panels = [(record.framework, look_at(record, epoch).confusion) for record in seeing]
    draw(
        "train-inside-confusion", _stamp(seeing, epoch),
        lambda: (inside_confusion.figure(panels, classes, words), inside_confusion.in_words(panels, classes, words)),
        height=min(240 + 14 * len(classes), 620),
    )  # fmt: skip
    st.caption(note("train", "validation-images-after", epoch=epoch))


def _with_layers(records: list[RunRecord]) -> list[RunRecord]:
    seeing = [record for record in records if record.layers_looked]
    if not seeing:
        st.caption(t("Nothing has been looked at yet."))
    return seeing


def _classes(record: RunRecord) -> list[str]:
    looks = record.predictions_looked
    most = 1 + max((max(row) for look in looks for row in look.classes), default=0)
    return class_names(record) or [str(n) for n in range(most)]
