"""The benchmark's rows as a small table: one line for each thing measured, with all its measurements."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from importlib import metadata
from itertools import groupby
from pathlib import Path

import psutil

from clsf.bench.rows import Measurement
from clsf.engine.machine import cores, instruction_sets, machine_text
from clsf.errors import EngineError

PACKAGES = ("tensorflow", "torch", "streamlit", "numpy")

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
"""The lines of a file that enclose the table that `--write` replaces."""


def head(busy: float) -> str:
    """Return the line above a table: the machine, the versions, and how many processors other processes kept busy."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    wide = " ".join(instruction_sets()) or "instruction sets unknown"
    return (
        f"{machine_text()}, {wide}; Python {platform.python_version()}, {versions}. Other programs kept {busy:.1f} of {cores()} "
        "processors busy before it began. Medians, with the interval of 95 % in brackets."
    )


def busy(seconds: float = 1.0) -> float:
    """Return how many processors are busy now, while this process sleeps."""
    return psutil.cpu_percent(seconds) / 100 * cores()


def lines(rows: Iterable[Measurement]) -> Iterator[str]:
    """Return the lines of the table, each as soon as its rows are there: which machine first, then median and interval."""
    yield head(busy())
    yield ""
    yield "| what | measured |"
    yield "| --- | --- |"
    for what, group in groupby(rows, key=lambda row: row.name.rpartition("/")[0]):
        yield f"| {what or 'all'} | {' · '.join(map(_cell, group))} |"


def written(text: str, table: Iterable[str]) -> str:
    """Return a file's text with its table replaced by this one. Raises EngineError if it has no place for one."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise EngineError("The file has no lines '{begin}' and '{end}' for the table to stand between.", begin=BEGIN, end=END)
    return "\n".join([before + begin, "", *table, "", end + after])


def write(path: Path, table: Iterable[str]) -> Iterator[str]:
    """Yield the lines of the table, and put it into the file when it is whole. Raises EngineError before anything is measured."""
    try:
        written(text := path.read_text(encoding="utf-8"), ())
    except OSError as error:
        raise EngineError("The file '{path}' can't be read: {reason}.", path=str(path), reason=str(error)) from None
    kept = []
    for line in table:
        kept.append(line)
        yield line
    path.write_text(written(text, kept), encoding="utf-8")


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
