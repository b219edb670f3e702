"""The question that an experiment's result does not answer, and where to continue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from clsf.experiments.start import ExperimentRuns
from clsf.experiments.verdict import Verdict
from clsf.words import Sentence, say

ORDERED = ("learning-rate", "batch-size")  # kinds whose arms are numbers, from small to large


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question, which button to press, the page that continues with it and the text of its link."""

    text: Sentence
    way: Sentence
    page: str
    link: dict[str, str] = field(default_factory=dict)


def open_question(experiment: ExperimentRuns, said: Sequence[Verdict]) -> OpenQuestion | None:
    """Return the question that a finished experiment leaves open; None while it is running, or where it has no result."""
    if not experiment.over or not said:
        return None
    best = said[0].scores[0].arm
    last = max(member.arm for member in experiment.members)
    if experiment.kind in ORDERED and best in (0, last) and last:
        return OpenQuestion(
            say("The best value lies at the edge of those that were tried. What lies beyond it?")
            if best == last
            else say("The smallest value was the best. Would a still smaller one be better?"),
            say("Try other values"), "experiments", {"kind": experiment.kind},
        )  # fmt: skip
    if experiment.kind == "seeds":
        return OpenQuestion(
            say("This much is chance. Is the gap between two frameworks larger than that?"), say("Compare: Noise"), "compare",
            {"compare": "noise"},
        )  # fmt: skip
    if said[0].chance is None or said[0].chance:
        return OpenQuestion(
            say("One run of each may be luck. Would the same one win with other seeds?"), say("Vary the seed"), "experiments",
            {"kind": "seeds"},
        )  # fmt: skip
    if experiment.kind == "optimizers":
        return OpenQuestion(
            say("Each optimizer had its usual learning rate. Would another rate change the order?"), say("Vary the learning rate"),
            "experiments", {"kind": "learning-rate"},
        )  # fmt: skip
    if len(experiment.frameworks) < 2:
        return OpenQuestion(
            say("All of this was one framework. Does the other one say the same?"), say("Compare both"), "compare", {"compare": "race"}
        )  # fmt: skip
    return OpenQuestion(
        say("The winner was chosen by its validation accuracy. How good is it on images not used for that choice?"), say("Predict: test images"),
        "predict", {"run": experiment.members[[m.arm for m in experiment.members].index(best)].record.run_id, "predict": "evaluate"},
    )  # fmt: skip
