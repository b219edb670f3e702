"""The benchmark's rows as a small table: a line for each thing that was measured, with all that was measured of it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from importlib import metadata
from itertools import groupby

from clsf.bench.rows import Measurement
from clsf.engine.machine import machine_text

PACKAGES = ("tensorflow", "torch", "streamlit", "numpy")


def lines(rows: Iterable[Measurement]) -> Iterator[str]:
    """Return the lines of the table, each as soon as its rows are there: which machine first, then median and spread."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    yield f"{machine_text()}; Python {platform.python_version()}, {versions}. Medians, with the least and the most in brackets."
    yield ""
    yield "| what | measured |"
    yield "| --- | --- |"
    for what, found in groupby(rows, key=lambda row: row.name.rpartition("/")[0]):
        yield f"| {what or 'all'} | {' · '.join(map(_cell, found))} |"


def _cell(row: Measurement) -> str:
    value, low, high = (_number(x, row.unit) for x in (row.median, row.low, row.high))
    unit = "" if row.unit in ("ratio", "share") else f" {row.unit}"
    spread = f" ({low} to {high})" if row.low != row.high else ""
    aim = (
        "" if row.target is None else f" {'✓' if row.met else '✗'} aim {row.target.sign} {_number(row.target.value, row.unit)}"
    )
    return f"{row.name.rpartition('/')[2]} **{value}**{unit}{spread}{aim}"


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
