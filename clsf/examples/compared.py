"""Comparisons that come with the program: a case that was trained step by step, and what the frameworks said of their defaults.

Both were recorded by `python -m clsf.cli.examples`, as the pages of Compare do it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from functools import cache

from clsf.compare.cases.lecture import LECTURE
from clsf.compare.cases.steps import CaseStep, JudgedSeeds
from clsf.compare.defaults import DefaultRow, table
from clsf.compare.noise import Gap, Interval
from clsf.examples.folder import FOLDER

CASE, DEFAULTS = "case.json", "defaults.json"


def case_as_json(data: str, epochs: int, steps: Sequence[CaseStep]) -> str:
    """Return the steps of the lecture's case as JSON."""
    told = [{f.name: getattr(step, f.name) for f in fields(step) if f.name != "title"} for step in steps]
    lines = [
        {name: value if not hasattr(value, "__dataclass_fields__") else asdict(value) for name, value in one.items()}
        for one in told
    ]
    return json.dumps({"data": data, "epochs": epochs, "steps": lines}, separators=(",", ":"), allow_nan=False)


@cache
def case() -> tuple[str, int, list[CaseStep]]:
    """Return (data set, epochs, steps) of the lecture's case."""
    recorded = json.loads((FOLDER / CASE).read_text("utf-8"))
    return recorded["data"], recorded["epochs"], [_step(one) for one in recorded["steps"]]


def _step(one: dict) -> CaseStep:
    judged, reference = (
        None if one[name] is None else JudgedSeeds(*map(tuple, one[name].values())) for name in ("judged", "reference")
    )
    gap, gain = (
        None if one[name] is None else Gap(Interval(**one[name]["interval"]), tuple(one[name]["seeds"]))
        for name in ("gap", "gain")
    )
    return CaseStep(
        one["cause"], LECTURE.title_of(one["cause"]), tuple(one["seeds"]), judged, one["low"], one["high"], reference, gap, gain
    )  # fmt: skip


@cache
def defaults() -> tuple[DefaultRow, ...]:
    """Return the rows of what both frameworks said of their defaults."""
    return table(json.loads((FOLDER / DEFAULTS).read_text("utf-8")))
