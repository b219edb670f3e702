"""The run doctor: which faults a run looks like, the likeliest first. Says nothing where nothing is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log

from clsf.faults.catalogue import FAULTS, functions
from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, History, RunFacts

SAID = 0.5
"""Weight from which a fault is named. What is below is never shown."""

MOST = 5

EACH, MORE = 10, 1.1  # epochs that are each followed by a look; then a look is due when there are so many times as many


@dataclass(frozen=True)
class RunVerdict:
    """A fault that a run looks like, and why."""

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
    """Return what the run looks like, the likeliest first, at most `MOST`. Never raises for odd numbers in the curves."""
    verdicts = []
    for kind, judge in functions("in_run").items():
        evidence = judge(history, facts)
        if evidence is not None and evidence.weight >= SAID:
            verdicts.append(RunVerdict(FAULTS[kind], evidence))
    return tuple(sorted(verdicts, key=lambda verdict: -verdict.evidence.weight)[:MOST])


def looked_at(epochs: int) -> int:
    """Return after how many epochs a run that has done so many was looked at last: each of the first, then one in ten.

    A look takes time in proportion to the steps done, so looking after each of a thousand epochs would cost more than a hundredth
    of the run.
    """
    return epochs if epochs <= EACH else int(EACH * MORE ** floor(log(epochs / EACH, MORE) + 1e-9))
