"""The fixed validation images and the models' predictions for them, epoch after epoch."""

from __future__ import annotations

from html import escape

import streamlit as st

from clsf.charts.style import STYLES
from clsf.inspection_events import PredictionsInspected
from clsf.runs.record import RunRecord
from clsf.ui.shared.figures import remembered
from clsf.ui.shared.lessons import note
from clsf.ui.shared.marks import mark
from clsf.ui.shared.text import t, tn
from clsf.ui.train import pictures


def show(records: list[RunRecord], classes: list[str]) -> None:
    """Show a card per image: the picture, its class, and a strip per framework with a field per look."""
    looks = {record.framework: list(record.predictions_looked) for record in records}
    last = next(iter(looks.values()))[-1]
    picture = pictures.of_run(records[0].plan, records[0].framework, last.images)
    stamp = tuple((record.run_id, len(seen)) for record, seen in zip(records, looks.values(), strict=True)), picture is None

    def cards() -> str:
        return "".join(_card(n, looks, classes, picture[n] if picture else None) for n in range(len(last.images)))

    st.html(f'<div class="tp tp-images">{remembered("train-followed", stamp, cards)}</div>')
    st.caption(note("train", "same-validation-images"))


def _card(number: int, looks: dict[str, list[PredictionsInspected]], classes: list[str], picture: str | None) -> str:
    label = next(iter(looks.values()))[-1].labels[number]
    alt = escape(t("image {number}: {name}", number=number + 1, name=classes[label]))
    image = f'<img src="{picture}" alt="{alt}">' if picture else '<span class="none"></span>'
    rows = []
    for framework, seen in looks.items():
        answer, sure = seen[-1].classes[number][0], seen[-1].probabilities[number][0]
        right = answer == label
        sign, word = ("✓", "right") if right else ("✗", "wrong")
        said = f'<b class="{word}">{sign} {escape(classes[answer])}</b> {sure:.0%}'
        strip = _strip(framework, number, label, seen, classes)
        rows.append(f'<div><div class="said">{mark(framework)} {said}</div>{strip}</div>')
    caption = f"<figcaption>{escape(classes[label])} <small>#{number + 1}</small></figcaption>"
    return f"<figure>{image}{caption}{''.join(rows)}</figure>"


def _strip(framework: str, number: int, label: int, seen: list[PredictionsInspected], classes: list[str]) -> str:
    cells = []
    for look in seen:
        answer, sure = look.classes[number][0], look.right[number]
        colour = "var(--clsf-right)" if answer == label else "var(--clsf-wrong)"
        amount = 20 + 80 * (sure if answer == label else 1 - sure)
        title = t("epoch {epoch}: {answer}; right class {share}", epoch=look.epoch, answer=classes[answer], share=f"{sure:.0%}")
        cells.append(
            f'<i style="background:color-mix(in srgb,{colour} {amount:.0f}%,transparent)" title="{escape(title)}"></i>'
        )
    name = tn(
        "{framework}: right after {count} of {total} look", "{framework}: right after {count} of {total} looks", len(seen),
        framework=STYLES[framework].title, count=sum(k.classes[number][0] == label for k in seen), total=len(seen),
    )  # fmt: skip
    return f'<div class="tp-strip" role="img" aria-label="{escape(name)}">{"".join(cells)}</div>'
