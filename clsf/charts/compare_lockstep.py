"""Chart of a lockstep: the difference between the frameworks at each step, on a logarithmic axis, with the size of rounding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10

import pandas as pd

from clsf.charts.palette import ACCENT, GREY, QUANTITIES, WRONG
from clsf.charts.points import thinned
from clsf.compare.measure import is_layer, is_weight
from clsf.compare.values import FirstParting, LockstepStarted, StepDifference, TensorDifference
from clsf.model.walk import Analysis
from clsf.words import Sentence, say, say_n

Said = Callable[[Sentence], str]

LINES = {
    "loss": (say("loss"), ACCENT, "solid", "circle"),
    "logits": (say("logits"), QUANTITIES["logits"], "dash", "square"),
    "gradients": (say("gradients"), QUANTITIES["gradients"], "dot", "diamond"),
    "weights": (say("weights"), QUANTITIES["weights"], "dashdot", "triangle-up"),
}
"""Field of StepDifference -> title, colour, dash, symbol: colour is never the only sign."""

FLAG = WRONG
SYMBOLS_UP_TO = 40  # steps: with more, symbols hide the lines


def figure(
    started: LockstepStarted, steps: Sequence[StepDifference], parting: FirstParting | None = None, said: Said = str
) -> dict:
    """Return the largest |difference| per step. A difference of exactly 0 has no logarithm: it is drawn at the bottom."""
    low = started.rounding * 1e-2
    traces = [
        _trace(name, [getattr(s, name) for s in steps], low, said, [s.step for s in steps], len(steps) <= SYMBOLS_UP_TO)
        for name in LINES
    ]
    last = max(started.steps, 1)
    traces.append(
        {
            "x": [1, last], "y": [started.rounding] * 2, "mode": "lines", "hoverinfo": "skip",
            "name": said(say("rounding of {dtype}", dtype=started.dtype)),
            "line": {"color": GREY, "width": 2, "dash": "longdash"},
        }
    )  # fmt: skip
    shapes, notes = [], []
    if parting is not None:
        at = {"xref": "x", "yref": "paper", "x0": parting.step, "x1": parting.step, "y0": 0, "y1": 1}
        shapes.append({"type": "line", "line": {"color": FLAG, "width": 1.5}, **at})
        text = said(say("first difference: step {step}", step=parting.step))
        right = parting.step > last / 2
        notes.append(
            {
                "x": parting.step, "y": 0.5, "xref": "x", "yref": "paper", "text": text, "showarrow": False,
                "xanchor": "right" if right else "left", "yanchor": "middle", "xshift": -6 if right else 6,
                "font": {"color": FLAG, "size": 12},
            }
        )  # fmt: skip
    high = max((v for s in steps for name in LINES if isfinite(v := getattr(s, name))), default=0.0)
    top = floor(log10(max(high, started.rounding * 10))) + 1
    layout = {
        "uirevision": f"lockstep {started.sides[0].weights_hash} {started.steps} {started.dtype}",
        "xaxis": {"title": {"text": said(say("step"))}, "range": [1 - 0.02 * last, last + 0.02 * last]},
        "yaxis": {
            "type": "log", "exponentformat": "power", "dtick": max((top - floor(log10(low))) // 7, 1),
            "range": [log10(low) - 0.3, top], "title": {"text": said(say("largest difference"))},
        },
        "shapes": shapes, "annotations": notes,
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _trace(name: str, values: list[float], low: float, said: Said, steps: list[int], symbols: bool) -> dict:
    title, colour, dash, symbol = LINES[name]
    kept = thinned(values)
    return {
        "x": [steps[i] for i in kept],
        "y": [max(float(f"{values[i]:.3g}"), low) if isfinite(values[i]) else None for i in kept],
        "customdata": [f"{values[i]:.1e}" if values[i] else "0" for i in kept],
        "hovertemplate": "%{customdata}",
        "mode": "lines+markers" if symbols else "lines",
        "name": said(title),
        "line": {"color": colour, "dash": dash, "width": 2},
        "marker": {"color": colour, "symbol": symbol, "size": 6},
    }


def in_words(started: LockstepStarted, steps: Sequence[StepDifference], said: Said = str) -> str:
    """Return a text alternative of the chart."""
    if not steps:
        return said(say("Nothing was compared yet."))
    most = {name: max(getattr(s, name) for s in steps) for name in LINES}
    return said(
        say_n(
            "Largest differences over {count} step, in powers of ten: loss {loss}, logits {logits}, gradients "
            "{gradients}, weights {weights}; rounding of {dtype} is {rounding}.",
            "Largest differences over {count} steps, in powers of ten: loss {loss}, logits {logits}, gradients {gradients}, "
            "weights {weights}; rounding of {dtype} is {rounding}.",
            len(steps), dtype=started.dtype, rounding=f"{started.rounding:.1e}",
            **{name: f"{value:.1e}" for name, value in most.items()},
        )
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """The largest difference of a layer's tensors in one phase; None: the layer has no tensors in this phase."""

    difference: float | None
    parted: bool = False
    excused: bool = False
    first: bool = False  # whether this is the first difference of all


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One row of the list: a layer, or the input, the logits, the loss, the validation images."""

    path: str  # "" if the row is not a layer
    name: str
    shape: tuple[int, ...]
    depth: int
    cells: dict[str, Cell]  # "start", "forward", "backward", "update", "evaluation"


PHASES = ("start", "forward", "backward", "update")


def layer_rows(
    analysis: Analysis, started: LockstepStarted, step: StepDifference, parting: FirstParting | None
) -> list[LayerRow]:
    """Return one row per part of the model, from input to loss, with the difference in each phase of this step."""
    before = [("start", t) for t in started.weights]
    told = [*before, *((t.phase, t) for t in step.tensors)]
    here = (parting.phase, parting.tensor) if parting is not None and parting.step == step.step else None

    def cells(owns: Callable[[str], bool]) -> dict[str, Cell]:
        return {
            phase: _cell([(p, t) for p, t in told if p == phase and owns(t.name)], here) for phase in (*PHASES, "evaluation")
        }

    rows = [LayerRow("", "images", analysis.input_shape, 0, cells(lambda name: name == "images"))]
    for facts in analysis.layers:
        rows.append(LayerRow(facts.path, facts.kind, facts.out_shape, facts.depth, cells(lambda n, p=facts.path: _of(n, p))))
    paths = {facts.path for facts in analysis.layers}
    extra = sorted({t.name for t in step.tensors if is_layer(t.name)} - paths)
    rows += [LayerRow(path, "Softmax", (started.classes,), 0, cells(lambda n, p=path: _of(n, p))) for path in extra]
    rows.append(LayerRow("", "logits", (started.classes,), 0, cells(lambda name: name == "logits")))
    rows.append(LayerRow("", "loss", (), 0, cells(lambda name: name == "loss")))
    return rows


def _of(name: str, path: str) -> bool:
    return name == path or (is_weight(name) and name.rsplit(".", 1)[0] == path)


def _cell(differences: list[tuple[str, TensorDifference]], here: tuple[str, str] | None) -> Cell:
    if not differences:
        return Cell(None)
    first = any(("forward" if phase == "start" else phase, t.name) == here for phase, t in differences)
    return Cell(
        max(t.difference for _, t in differences),
        parted=any(t.parted for _, t in differences),
        excused=all(t.excused for _, t in differences),
        first=first,
    )


# Tables. Column names are the same in every language because they are written to files.


def per_step(steps: Sequence[StepDifference]) -> pd.DataFrame:
    """Return one row per step."""
    names = ("loss", "logits", "activations", "gradients", "weights", "evaluation")
    rows = [
        {"step": s.step, "loss_reference": s.losses[0], "loss_other": s.losses[1], "same_batch": s.same_batch}
        | {f"{name}_difference": getattr(s, name) for name in names}
        for s in steps
    ]
    return pd.DataFrame(rows)


def per_tensor(steps: Sequence[StepDifference]) -> pd.DataFrame:
    """Return one row per step and tensor, in order of computation."""
    rows = [
        {
            "step": s.step, "phase": t.phase, "tensor": t.name, "difference": t.difference, "size": t.size,
            "allowed": t.allowed, "parted": t.parted,
        }
        for s in steps
        for t in s.tensors
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["step", "phase", "tensor", "difference", "size", "allowed", "parted"])
