"""Chart of several seeds: one symbol per run, runs with the same seed joined by a line, and each mean with its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from clsf.charts.compare_case import wrapped
from clsf.compare.noise import Interval
from clsf.frameworks import Style
from clsf.words import Sentence, say

Said = Callable[[Sentence], str]


def figure(
    names: Sequence[str],
    styles: Sequence[Style],
    values: Sequence[Mapping[int, float]],
    means: Sequence[Interval],
    said: Said = str,
) -> dict:
    """Return the chart of the accuracies (seed -> fraction) of the two sides, the first on the left."""
    places = (0.0, 1.0)
    traces = []
    for seed in sorted(values[0].keys() & values[1].keys()):
        traces.append(
            {
                "x": list(places), "y": [v[seed] for v in values], "mode": "lines", "hoverinfo": "skip", "showlegend": False,
                "line": {"color": "rgba(125,135,144,0.45)", "width": 1},
            }
        )  # fmt: skip
    for place, name, style, each, mean in zip(places, names, styles, values, means, strict=True):
        seeds = sorted(each)
        symbol = {"color": style.colour, "symbol": style.symbol}
        traces.append(
            {
                "x": [place] * len(seeds), "y": [each[s] for s in seeds], "mode": "markers", "name": name,
                "marker": symbol | {"size": 10, "opacity": 0.75}, "customdata": seeds,
                "hovertemplate": said(say("seed {seed}: {accuracy}", seed="%{customdata}", accuracy="%{y:.1%}")) + "<extra></extra>",
            }
        )  # fmt: skip
        side = -0.22 if place == 0 else 0.22
        traces.append(
            {
                "x": [place + side], "y": [mean.mean], "mode": "markers", "showlegend": False,
                "marker": symbol | {"size": 14, "line": {"width": 2, "color": style.colour}},
                "error_y": {
                    "type": "data", "symmetric": False, "array": [mean.high - mean.mean], "arrayminus": [mean.mean - mean.low],
                    "color": style.colour, "thickness": 2.5, "width": 8,
                },
                "hovertemplate": said(
                    say("mean {mean}, 95 % interval {low} to {high}", mean=f"{mean.mean:.1%}", low=f"{mean.low:.1%}", high=f"{mean.high:.1%}")
                ) + "<extra></extra>",
            }
        )  # fmt: skip
    layout = {
        "uirevision": "noise",
        "xaxis": {"range": [-0.6, 1.6], "tickvals": list(places), "ticktext": [wrapped(n, 22) for n in names], "fixedrange": True},
        "yaxis": {"tickformat": ".1%", "range": _range(values, means), "title": {"text": said(say("accuracy, validation"))}},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _range(values: Sequence[Mapping[int, float]], means: Sequence[Interval]) -> list[float]:
    """Return the axis range: everything drawn plus a margin of at least one percentage point, so that equal runs look equal."""
    ends = [y for numbers in values for y in numbers.values()] + [y for mean in means for y in (mean.low, mean.high)]
    margin = max(0.1 * (max(ends) - min(ends)), 0.01)
    return [min(ends) - margin, max(ends) + margin]


def in_words(names: Sequence[str], means: Sequence[Interval], said: Said = str) -> str:
    """Return a text alternative of the chart."""
    return " ".join(
        said(
            say(
                "{name}: mean accuracy {mean} of {count} seeds, 95 % interval {low} to {high}.",
                name=n, mean=f"{m.mean:.1%}", count=m.count, low=f"{m.low:.1%}", high=f"{m.high:.1%}",
            )
        )
        for n, m in zip(names, means, strict=True)
    )  # fmt: skip
