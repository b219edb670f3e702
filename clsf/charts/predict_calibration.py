"""Calibration plot: accuracy by confidence; on the diagonal, the model is right exactly as often as its confidence says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clsf.frameworks import Style
from clsf.predict.metrics import Calibration
from clsf.words import Sentence, say


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """One model's calibration with its name and style."""

    name: str
    style: Style
    calibration: Calibration


def figure(models: Sequence[Calibrated], words: Callable[[Sentence], str]) -> dict:
    """Return the figure as a dictionary of Plotly's data and layout; a symbol's size grows with the answers in its bin."""
    data: list[dict] = [
        {
            "x": [0, 1], "y": [0, 1], "mode": "lines", "name": words(say("as sure as right")), "hoverinfo": "skip",
            "line": {"dash": "dot", "width": 1.5, "color": "rgba(128,128,128,0.8)"},
        }
    ]  # fmt: skip
    for model in models:
        calibration = model.calibration
        most = max(calibration.counts.max(), 1)
        data.append(
            {
                "x": calibration.sure.tolist(), "y": calibration.right.tolist(), "mode": "lines+markers", "name": model.name,
                "customdata": calibration.counts.tolist(),
                "hovertemplate": words(say("{share} right; answers: {count}", share="%{y:.1%}", count="%{customdata}")),
                "line": {"color": model.style.colour, "dash": model.style.dash, "width": 2},
                "marker": {
                    "symbol": model.style.symbol, "color": model.style.colour,
                    "size": [6 + 14 * float(n / most) ** 0.5 for n in calibration.counts],
                },
            }
        )  # fmt: skip
    axis = {"range": [-0.03, 1.03], "tickformat": ".0%"}
    return {
        "data": data,
        "layout": {
            "xaxis": {**axis, "title": {"text": words(say("how sure the model was"))}},
            "yaxis": {**axis, "title": {"text": words(say("how often it was right"))}},
            "uirevision": "calibration",
        },
    }


def in_words(models: Sequence[Calibrated], words: Callable[[Sentence], str]) -> str:
    """Return what the figure shows as a sentence per model."""
    said = []
    for model in models:
        calibration = model.calibration
        parts = ", ".join(
            words(say("{sure} sure: {right} right", sure=f"{s:.0%}", right=f"{r:.0%}"))
            for s, r in zip(calibration.sure, calibration.right, strict=True)
        )
        said.append(f"{model.name}: {parts}.")
    return " ".join(said)
