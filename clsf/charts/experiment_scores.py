"""The scores of each arm, one row per arm: one symbol per run and, with several seeds, the mean with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clsf.charts.arm_styles import ArmStyle
from clsf.charts.compare_case import wrapped
from clsf.experiments.verdict import Score
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A score as it is drawn."""

    score: Score
    name: str
    look: ArmStyle


def height(rows: Sequence[ScoreRow]) -> int:
    """Return how many pixels the figure needs."""
    return 96 + 30 * len({(row.name, row.score.arm) for row in rows})


def figure(rows: Sequence[ScoreRow], said: Said = str) -> dict:
    """Return final accuracies on the validation images, the first row on top."""
    names, traces = _places(rows), []
    for name, row in zip(names, rows, strict=True):
        seeds = sorted(row.score.accuracies)
        several, marker = len(seeds) > 1, {"color": row.look.colour, "symbol": row.look.marker}
        traces.append(
            {
                "x": [row.score.accuracies[s] for s in seeds], "y": [name] * len(seeds), "mode": "markers", "showlegend": False,
                "marker": marker | {"size": 8 if several else 18 if row.look.hollow else 11, "opacity": 0.6 if several else 1, "line": {"color": row.look.colour, "width": 1.5}},
                "customdata": seeds,
                "hovertemplate": said(say("seed {seed}: {accuracy}", seed="%{customdata}", accuracy="%{x:.1%}")) + "<extra></extra>",
            }
        )  # fmt: skip
        if several:
            mean = row.score.interval
            traces.append(
                {
                    "x": [mean.mean], "y": [name], "mode": "markers", "showlegend": False,
                    "marker": marker | {"size": 13, "line": {"color": row.look.colour, "width": 2}},
                    "error_x": {
                        "type": "data", "symmetric": False, "array": [mean.high - mean.mean], "arrayminus": [mean.mean - mean.low],
                        "color": row.look.colour, "thickness": 2.5, "width": 7,
                    },
                    "hovertemplate": said(
                        say("mean {mean}, 95 % interval {low} to {high}", mean=f"{mean.mean:.1%}", low=f"{mean.low:.1%}", high=f"{mean.high:.1%}")
                    ) + "<extra></extra>",
                }
            )  # fmt: skip
    layout = {
        "uirevision": "scores", "showlegend": False,
        "xaxis": {"tickformat": ".1%", "range": _range(rows), "title": {"text": said(say("accuracy, validation"))}, "nticks": 6},
        "yaxis": {"type": "category", "autorange": "reversed", "fixedrange": True, "automargin": True},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _places(rows: Sequence[ScoreRow]) -> list[str]:
    """Return the line of each row: the frameworks of an arm share one; different arms do not, even if their labels are equal."""
    lines: dict[tuple[str, int], str] = {}
    for row in rows:
        lines.setdefault((row.name, row.score.arm), f"{wrapped(row.name, 26)}{chr(8203) * len(lines)}")
    return [lines[row.name, row.score.arm] for row in rows]


def in_words(rows: Sequence[ScoreRow], said: Said = str) -> str:
    """Return a text alternative of the figure."""
    return " ".join(said(say("{name}: accuracy {mean}.", name=row.name, mean=f"{row.score.mean:.1%}")) for row in rows)


def _range(rows: Sequence[ScoreRow]) -> list[float]:
    ends = [value for row in rows for value in row.score.accuracies.values()]
    ends += [end for row in rows if len(row.score.accuracies) > 1 for end in (row.score.interval.low, row.score.interval.high)]
    margin = max(0.08 * (max(ends) - min(ends)), 0.01)
    return [min(ends) - margin, max(ends) + margin]
