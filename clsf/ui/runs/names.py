"""Names for runs that their owner did not name, and the styles of several runs in one chart."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from clsf import optimizers
from clsf.charts.arm_styles import arm_style
from clsf.charts.style import STYLES
from clsf.experiments.settings import differing, shown, title
from clsf.runs.happened import Happened, rates_text
from clsf.runs.history import RunLine
from clsf.runs.record import RunRecord
from clsf.ui.shared.run_table import RunRow
from clsf.ui.shared.text import words

NAMED = 3  # settings in a name


def of_line(line: RunLine) -> str:
    """Return the owner's name for the run, or a description of it."""
    return line.name or f"{STYLES[line.run.framework].title} · {line.run.model}"


def rates(rate: float, was: Happened) -> str:
    """Return the learning rates that a run had one after the other: changed by hand, or on a plateau."""
    return rates_text(rate, tuple(sorted(was.changed + was.reduced)))


def rows(lines: Sequence[RunLine], records: Sequence[RunRecord]) -> list[RunRow]:
    """Return runs in the form for charts and tables, with unique names."""
    names = [of_line(line) for line in lines]
    if len(set(names)) < len(names):
        apart = _apart(records)
        names = [line.name or each or name for line, each, name in zip(lines, apart, names, strict=True)]
    if len(set(names)) < len(names):
        times = [time.strftime("%m-%d %H:%M:%S", time.localtime(line.run.created)) for line in lines]
        names = [f"{name} · {at}" if names.count(name) > 1 else name for name, at in zip(names, times, strict=True)]
    if len(set(names)) < len(names):
        names = [f"{place}. {name}" for place, name in enumerate(names, start=1)]
    return [
        RunRow(name, arm_style(place, len(lines), record.framework), record)
        for place, (name, record) in enumerate(zip(names, records, strict=True))
    ]


def _apart(records: Sequence[RunRecord]) -> list[str]:
    """Return names built from the first few settings in which the runs differ."""
    settings = differing(records)
    columns = [(name, values) for name, values in settings.items() if name != "learning_rate" or "optimizer" not in settings]
    return [" · ".join(_value(name, values[place]) for name, values in columns[:NAMED]) for place in range(len(records))]


def _value(name: str, value: object) -> str:
    if name == "framework":
        return STYLES[str(value)].title
    if name == "optimizer":
        return optimizers.title(str(value))
    text = words(shown(value))
    return f"{words(title(name))} {text}" if isinstance(value, int | float | Mapping) else text
