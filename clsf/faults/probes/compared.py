"""The answer of probes that train again and check whether that is better. Not a probe itself."""

from clsf.faults.probes.probe import Answer, Lines, Seen, share
from clsf.faults.signs import final_loss, last_accuracy
from clsf.words import Sentence, say


def beside(seen: Seen, name: Sentence) -> Answer | None:
    """Return both runs' losses, and which of them ends lower. `name`: what the other run is called."""
    again = seen.again
    if again is None:
        return None
    if again.error:
        return Answer(say("It stops: {error}", error=again.error[:300]))
    mine, theirs = (share(_told(history)) for history in (seen.history, again))
    said = say("Accuracy at the end: {mine} as it is, {theirs} with the change.", mine=mine, theirs=theirs)
    one, other = final_loss(seen.history), final_loss(again)
    if one is not None and other is not None:
        said = say(
            "{accuracies} Loss at the end: {mine} as it is, {theirs} with the change.",
            accuracies=said,
            mine=f"{one:.3g}",
            theirs=f"{other:.3g}",
        )
    lines = ((say("as it is"), seen.history.losses or seen.history.loss), (name, again.losses or again.loss))
    return Answer(said, Lines(lines, None, say("loss")))


def _told(history: object) -> float | None:
    return history.validation_accuracy[-1] if history.validation_accuracy else last_accuracy(history)
