"""Runs that measure the doctor's judges, stored as lines of a file, so that judging again needs no training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from clsf.errors import DataError
from clsf.faults.history import EpochNumbers, History, RunFacts

HEALTHY = "healthy"
FACTS = {one.name for one in fields(RunFacts)}  # a file of an older version may hold others


@dataclass(frozen=True)
class MeasuredRun:
    """One run: the fault planted in it ("healthy": none), where, and its measurements."""

    fault: str
    framework: str
    data: str
    seed: int
    model: str
    optimizer: str
    history: History
    facts: RunFacts

    @property
    def key(self) -> tuple[str, str, str, int, str, str]:
        return self.fault, self.framework, self.data, self.seed, self.model, self.optimizer

    def to_line(self) -> str:
        """Return one line of JSON."""
        row = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("history", "facts")}
        return json.dumps(row | {"history": asdict(self.history), "facts": asdict(self.facts)})

    @classmethod
    def from_line(cls, line: str) -> MeasuredRun:
        """Read what `to_line` returned."""
        row = json.loads(line)
        told, known = row.pop("history"), row.pop("facts")
        told["epochs"] = [EpochNumbers(**epoch) for epoch in told.get("epochs", ())]
        return cls(
            **row,
            history=History(**_tuples(told)),
            facts=RunFacts(**_tuples({name: known[name] for name in FACTS & set(known)})),
        )


def _tuples(values: dict) -> dict:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def kept(path: Path) -> Iterator[MeasuredRun]:
    """Yield the runs in a file; an incomplete last line is skipped. Raises DataError for a file of another kind."""
    if not path.is_file():
        return
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        try:
            yield MeasuredRun.from_line(line)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            if number + 1 < len(lines):
                raise DataError(
                    "Line {line} of '{file}' is no run that was kept by --keep: {why}.",
                    line=number + 1, file=path.name, why=str(error)[:100],
                ) from None  # fmt: skip
