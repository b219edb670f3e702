"""`python -m clsf bench`: how fast it is, in ratios measured side by side on this machine."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from clsf.bench import markdown
from clsf.bench.rows import Measurement
from clsf.errors import EngineError

PARTS = ("clsf.bench.training", "clsf.bench.memory", "clsf.bench.waiting", "tests.bench.pages", "tests.bench.scale")
"""Each has rows(wanted, repeats). Those that need a browser or the test tools live with the tests and are skipped without them."""


def add_arguments(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "bench", help="measure the speed of everything, as ratios on this machine; takes about 20 minutes"
    )
    parser.add_argument("--only", default="", metavar="NAME", help="only rows with this in their name")
    parser.add_argument("--repeats", type=int, default=11, metavar="N", help="how often each is measured at most, default 11")
    parser.add_argument("--json", action="store_true", help="one JSON object per row and line")
    parser.add_argument("--write", metavar="FILE", help="put the table into this file, between its marks, when all is measured")
    parser.add_argument("--markdown", action="store_true", help="a table, as it stands in the README")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print. Returns 0, or 1 if a target was missed."""
    if options.repeats < 1:
        raise EngineError("--repeats is {value}, but must be at least 1.", value=options.repeats)
    seen: list[Measurement] = []
    rows = _noted(_rows(options.only, options.repeats), seen)
    for line in _lines(rows, options):
        print(line, flush=True)
    if not seen:
        raise EngineError("Nothing that can be measured here has '{name}' in its name.", name=options.only)
    return int(any(row.met is False for row in seen))


def _lines(rows: Iterator[Measurement], options: argparse.Namespace) -> Iterator[str]:
    if options.write:
        return markdown.write(Path(options.write), markdown.lines(rows))
    return markdown.lines(rows) if options.markdown else map(_json if options.json else _text, rows)


def _noted(rows: Iterator[Measurement], seen: list[Measurement]) -> Iterator[Measurement]:
    for row in rows:
        seen.append(row)
        yield row


def _rows(wanted: str, repeats: int) -> Iterator[Measurement]:
    for name in PARTS:
        measure = _part(name)
        if measure is not None:
            yield from measure(wanted, repeats)


def _part(name: str) -> Callable[[str, int], Iterator[Measurement]] | None:
    try:
        return import_module(name).rows
    except ModuleNotFoundError as error:
        if name.startswith("clsf."):
            raise
        print(f"{name} is left out: {error}", file=sys.stderr)
        return None


def _json(row: Measurement) -> str:
    return json.dumps(row.to_json())


def _text(row: Measurement) -> str:
    aim = "" if row.target is None else f"  {'met' if row.met else 'MISSED'} ({row.target})"
    return f"{row.name:64s} {row.median:10.4g} {row.unit:6s} [{row.low:.4g}, {row.high:.4g}]{aim}"
