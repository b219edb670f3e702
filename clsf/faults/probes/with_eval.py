"""The same images in evaluation mode and in training mode."""

from clsf.faults.probes.probe import Answer, Bars, Probe, Seen
from clsf.words import Sentence, say


def answer(seen: Seen) -> Answer | None:
    facts, modes = seen.facts, seen.measures.modes
    if facts.evaluation_varies is None and modes.training is None and facts.evaluated_in_training_mode is None:
        return None
    said = say(
        "In evaluation mode the same images get other answers: {varies}. The program evaluated in training mode: {mode}. "
        "It trained in training mode: {trained}.",
        varies=_yes(facts.evaluation_varies), mode=_yes(facts.evaluated_in_training_mode), trained=_yes(facts.training_mode),
    )  # fmt: skip
    kept = [
        (name, pair)
        for name, pair in ((say("training images"), modes.training), (say("validation images"), modes.validation))
        if pair
    ]
    groups = tuple(
        (said_of, tuple(pair[n] for _, pair in kept))
        for n, said_of in enumerate((say("evaluation mode"), say("training mode")))
    )
    return Answer(said, Bars(tuple(name for name, _ in kept), groups, say("accuracy")) if kept else None)


def _yes(value: bool | None) -> Sentence:
    return say("–") if value is None else say("yes") if value else say("no")


PROBE = Probe(
    say("With and without eval()"),
    say("Evaluate training and validation images twice, in evaluation mode and in training mode."),
    answer,
)
