"""Probes, hints and points of the bug lab."""

from __future__ import annotations

from dataclasses import dataclass

from clsf.faults import FAULTS
from clsf.faults.lab.cases import Case
from clsf.faults.probes import PROBES
from clsf.faults.running import Ran
from clsf.words import Sentence, say

FULL, HINT, WRONG = 10, 2, 3
"""Points of a case, and what a hint and a wrong answer cost."""

NEAR = 2  # lines that an answer may be off


@dataclass(frozen=True)
class Attempt:
    """What a student has done in a case so far."""

    probes: tuple[str, ...] = ()
    hints: int = 0
    wrong: int = 0


def points(attempt: Attempt) -> int:
    """Return what a right answer is worth now."""
    return max(FULL - sum(PROBES[name].cost for name in attempt.probes) - HINT * attempt.hints - WRONG * attempt.wrong, 1)


def checked(case: Case, kinds: set[str], line: int | None) -> tuple[bool, bool | None]:
    """Return whether the diagnosis is right, and whether the line is, two lines off at most. No line: None."""
    near = None if line is None else any(abs(line - wrong) <= NEAR for wrong in case.lines)
    return kinds == set(case.kinds), near


def hint(case: Case, number: int) -> Sentence:
    """Return a hint: first the symptom in words, then the line."""
    if number == 0:
        return FAULTS[case.kinds[0]].symptom
    return say("Look near line {line}.", line=case.lines[0])


def _pair(value: tuple[float, float] | None) -> str:
    return "–" if value is None else f"{value[0]:.4g} … {value[1]:.4g}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _yes(value: bool | None) -> Sentence:
    return say("–") if value is None else say("yes") if value else say("no")


def answer_of(probe: str, ran: Ran) -> Sentence:
    """Return what a probe shows of a program that was run."""
    facts, history = ran.facts, ran.history
    match probe:
        case "first-loss":
            first = f"{history.losses[0]:.3f}" if history.losses else "–"
            return say("Loss of the first batch: {first}. ln C: {chance}.", first=first, chance=f"{facts.chance:.3f}")
        case "floor":
            lowest = f"{min(history.losses):.3f}" if history.losses else "–"
            return say("Lowest loss of a batch: {lowest}.", lowest=lowest)
        case "outputs":
            return say(
                "Outputs of the first batch look like: {kind}. Units: {units}. The loss takes: {takes}.",
                kind=facts.outputs or "–", units=facts.output_units or "–", takes=facts.loss_takes or "–",
            )  # fmt: skip
        case "labels":
            return say(
                "Labels {range}; largest class {largest} of training; validation images of classes that training lacks: {unseen}.",
                range=_pair(facts.labels), largest=_share(facts.largest_class), unseen=_share(facts.unseen_labels),
            )  # fmt: skip
        case "pixels":
            return say(
                "The model receives {train} in training, {validation} in validation. Validated twice, the images differ: {varies}.",
                train=_pair(facts.inputs), validation=_pair(facts.validation_inputs), varies=_yes(facts.judging_varies),
            )  # fmt: skip
        case "batches":
            return say(
                "Batch size {size}; mean share of the most frequent class in a batch: {purity}.",
                size=facts.batch_size or "–",
                purity=_share(facts.purity),
            )
        case "gradients":
            norms = history.gradient_norms
            return say(
                "Gradient norm of the first step {first}, of the last {last}. First layer over last: {ratio}.",
                first=f"{norms[0]:.3g}" if norms else "–", last=f"{norms[-1]:.3g}" if norms else "–",
                ratio="–" if facts.first_to_last_gradient is None else f"{facts.first_to_last_gradient:.2g}",
            )  # fmt: skip
        case "weights":
            return say(
                "Share of the kernels' numbers that never changed: {idle}. Layers without a gradient: {unused}. Some kernel begins constant: {zero}.",
                idle=_share(facts.idle), unused="–" if facts.unused is None else facts.unused, zero=_yes(facts.zero_start),
            )  # fmt: skip
        case "rates":
            rates = history.learning_rates
            return say(
                "{optimizer}: learning rate {first} at first, {last} at the end; momentum {momentum}, epsilon {epsilon}, weight decay {decay}.",
                optimizer=facts.optimizer or "–", first=f"{rates[0]:.3g}" if rates else "–", last=f"{rates[-1]:.3g}" if rates else "–",
                momentum=_number(facts.momentum), epsilon=_number(facts.epsilon), decay=_number(facts.weight_decay),
            )  # fmt: skip
        case "with-eval":
            return say(
                "In evaluation mode the same images get other answers: {varies}. The program evaluated in training mode: {mode}. "
                "It trained in training mode: {trained}.",
                varies=_yes(facts.evaluation_varies), mode=_yes(facts.evaluated_in_training_mode), trained=_yes(facts.training_mode),
            )  # fmt: skip
        case "activations":
            return say("Hidden layers: {names}.", names=", ".join(facts.activations or ("–",)))
        case "metric":
            return say(
                "Validation accuracy by hand: {by_hand}; the program said {said}.",
                by_hand=_share(facts.true_accuracy), said=_share(history.validation_accuracy[-1] if history.validation_accuracy else None),
            )  # fmt: skip
        case "duplicates":
            return say(
                "Validation images that are training images too: {both}; trained on before: {before}.",
                both=_share(facts.shared_images), before=_share(facts.trained_before),
            )  # fmt: skip
        case "memory":
            return say(
                "The sum of losses holds a graph: {graph}. Evaluation records gradients: {records}.",
                graph=_yes(facts.keeps_graph),
                records=_yes(facts.gradients_in_evaluation),
            )
        case _:
            return say("This program can't be asked that.")


OFFERED = (
    "first-loss", "floor", "outputs", "labels", "pixels", "batches", "gradients", "weights", "rates", "with-eval", "activations",
    "metric", "duplicates", "memory",
)  # fmt: skip
"""Probes of the bug lab, in the order of its menu."""


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
