"""A Plotly figure of a training for notebooks, redrawn while the training runs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from clsf import checks
from clsf.charts import curves
from clsf.charts.run import ChartedRun
from clsf.errors import PlanError
from clsf.words import say

PLOTLY = "application/vnd.plotly.v1+json"
"""The object that Jupyter displays as a Plotly figure. Plotly's own display opens a new figure each time; this one updates."""


def in_notebook() -> bool:
    """Return whether this runs in a notebook's kernel."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def figure(kind: str, runs: Sequence[ChartedRun]) -> object:
    """Return a Plotly figure of the runs; `kind` is a key of `clsf.charts.curves.KINDS`. Raises PlanError for another."""
    import plotly.graph_objects as go

    checks.known(PlanError, say("figure"), kind, curves.KINDS)
    return go.Figure(curves.figure(curves.KINDS[kind], runs, curves.CurveView()), layout_template="plotly_white")


class Drawing:
    """The loss, in the output of a notebook's cell."""

    def __init__(self) -> None:
        self._handle = None

    def show(self, runs: Sequence[ChartedRun]) -> None:
        """Draw the runs as they are now, in place of the figure before."""
        from IPython.display import display

        if not any(len(run.steps) for run in runs):
            return
        said = curves.in_words(curves.KINDS["loss"], runs)
        bundle = {PLOTLY: json.loads(figure("loss", runs).to_json()), "text/plain": said}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)
