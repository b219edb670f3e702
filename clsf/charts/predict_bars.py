"""The models' probabilities for one image as bars in HTML: light enough to be redrawn while the reader draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

MOST_ROWS = 10
NAMED = 3  # answers that are listed as text


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """One model's probabilities, (classes,), with its name and style."""

    name: str
    colour: str
    mark: str
    probabilities: np.ndarray


def shown_classes(opinions: Sequence[Opinion]) -> list[int]:
    """Return the classes that get a row: all if there are few, else the likeliest of each model, in the order of classes."""
    most = np.max([o.probabilities for o in opinions], axis=0)
    return sorted(np.argsort(-most, kind="stable")[:MOST_ROWS].tolist())


def bars(opinions: Sequence[Opinion], classes: Sequence[str], caption: str) -> str:
    """Return a table: a row per class with a bar per model and the number next to each bar."""
    top = {int(o.probabilities.argmax()) for o in opinions}
    rows = []
    for number in shown_classes(opinions):
        cells = "".join(
            f'<div class="bar{" second" if place else ""}" style="--own:{o.colour}"><span class="track"><span class="fill" '
            f'style="width:{100 * p:.1f}%"></span></span><span class="share">{p:.1%}</span></div>'
            for place, o in enumerate(opinions)
            for p in [float(o.probabilities[number])]
        )
        name = escape(classes[number])
        rows.append(
            f'<tr{" class=top" if number in top else ""}><th scope="row" title="{name}">{name}</th><td>{cells}</td></tr>'
        )
    return (
        f'<table class="pd-bars"><caption class="pd-hidden">{escape(caption)}</caption><tbody>{"".join(rows)}</tbody></table>'
    )


def verdict(opinions: Sequence[Opinion], classes: Sequence[str], instead: Sequence[str | None] = ()) -> str:
    """Return each model's answer in large letters; `instead`: text to show in its place, per model; None: the answer."""
    said = list(instead) or [None] * len(opinions)
    cards = "".join(
        f'<div style="--own:{o.colour}"><small>{o.mark} {escape(o.name)}</small><b>{escape(other or classes[best])}</b>'
        f"<i>{escape(f'{classes[best]} ') if other else ''}{o.probabilities[best]:.1%}</i></div>"
        for o, other in zip(opinions, said, strict=True)
        for best in [int(o.probabilities.argmax())]
    )
    return f'<div class="pd-verdict">{cards}</div>'


def top(opinion: Opinion, classes: Sequence[str]) -> list[tuple[str, float]]:
    """Return the likeliest classes and their probabilities, likeliest first."""
    order = np.argsort(-opinion.probabilities, kind="stable")[:NAMED]
    return [(classes[n], float(opinion.probabilities[n])) for n in order]
