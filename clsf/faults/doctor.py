"""The run doctor: which faults a run looks like, the likeliest first. Says nothing where nothing is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.faults import FAULTS, functions
from clsf.faults.fault import Fault
from clsf.faults.history import Evidence, Facts, History

SAID = 0.5
"""Weight from which a fault is named. What is below is never shown."""

MOST = 5


@dataclass(frozen=True)
class Verdict:
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


def diagnose(history: History, facts: Facts) -> tuple[Verdict, ...]:
    """Return what the run looks like, the likeliest first, at most `MOST`. Never raises for odd numbers in the curves."""
    found = []
    for kind, judge in functions("in_run").items():
        evidence = judge(history, facts)
        if evidence is not None and evidence.weight >= SAID:
            found.append(Verdict(FAULTS[kind], evidence))
    return tuple(sorted(found, key=lambda verdict: -verdict.evidence.weight)[:MOST])
