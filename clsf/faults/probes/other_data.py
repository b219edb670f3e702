"""A healthy run on other data: what curves look like when nothing is wrong."""

from clsf.faults.probes.probe import Answer, Lines, Probe, Seen, share
from clsf.faults.signs import last_accuracy
from clsf.optimizers import POPULAR
from clsf.plan import LEARNING_RATES, Plan
from clsf.words import say


def run(plan: Plan) -> Plan:
    """Return a plain plan on a small data set that every machine has, and that differs from the run's."""
    return Plan(
        "shapes" if plan.data == "digits" else "digits", epochs=5, learning_rate=LEARNING_RATES[POPULAR], optimizer=POPULAR,
        train_limit=1500, seed=plan.seed, device=plan.device, variants=plan.variants,
    )  # fmt: skip


def answer(seen: Seen) -> Answer | None:
    again = seen.again
    if again is None:
        return None
    if again.error:
        return Answer(say("It stops: {error}", error=again.error[:300]))
    told = again.validation_accuracy or ((last_accuracy(again),) if last_accuracy(again) is not None else ())
    lines = ((say("this run"), seen.history.losses or seen.history.loss), (say("healthy run"), again.losses or again.loss))
    level = None if seen.facts.chance is None else (say("ln {classes}", classes=seen.facts.classes), seen.facts.chance)
    return Answer(
        say("A healthy run on other data ends with accuracy {share}.", share=share(told[-1] if told else None)),
        Lines(tuple(line for line in lines if line[1]), level, say("loss")),
    )


PROBE = Probe(say("Healthy run"), say("Train a healthy program on other data, to see curves as they should look."), answer, run)
