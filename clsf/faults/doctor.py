"""The run doctor: the faults that a run looks like, the most likely first. Empty if nothing is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log

from clsf.faults.catalogue import FAULTS, functions
from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, History, RunFacts

SAID = 0.5
"""Weight from which a fault is named. Faults below it are never shown."""

MOST = 5

EACH, MORE = 10, 1.1  # a check after each of the first EACH epochs, then whenever the number has grown by MORE


@dataclass(frozen=True)
class RunVerdict:
    """A fault that a run looks like, and the evidence."""

    fault: Fault
    evidence: Evidence

    @property
    def kind(self) -> str:
        return self.fault.kind

    @property
    def certainty(self) -> str:
        """Return "certain", "likely" or "possible"."""
        return "certain" if self.evidence.weight >= 0.9 else "likely" if self.evidence.weight >= 0.7 else "possible"


def diagnose(history: History, facts: RunFacts) -> tuple[RunVerdict, ...]:
    """Return the faults that the run looks like, most likely first, at most `MOST`. Never raises for odd numbers in the curves."""
    verdicts = []
    for kind, judge in functions("in_run").items():
        evidence = judge(history, facts)
        if evidence is not None and evidence.weight >= SAID:
            verdicts.append(RunVerdict(FAULTS[kind], evidence))
    return tuple(sorted(verdicts, key=lambda verdict: -verdict.evidence.weight)[:MOST])


def looked_at(epochs: int) -> int:
    """Return after which epoch a run with this many epochs was last examined: after each of the first, then at growing intervals.

    The time of an examination grows with the number of steps, so one after each of a thousand epochs would cost more than a
    hundredth of the run.
    """
    return epochs if epochs <= EACH else int(EACH * MORE ** floor(log(epochs / EACH, MORE) + 1e-9))
