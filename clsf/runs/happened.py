"""What happened in a run, beyond its plan: everything done by hand while it trained, how it began and how it ended.

A plan says what was intended. Code that calls two runs equal, or describes a run, needs this as well. It is derived from
the run's events, so it is known of old runs too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from clsf.words import Sentence, say, say_n

if TYPE_CHECKING:
    from clsf.runs.record import RunRecord

Changes = tuple[tuple[int, float], ...]
"""(steps done before the change, learning rate from the next step on)"""

_IMPORTED = re.compile(r"c[0-9a-f]{15}")
"""The group of a run that came in a capsule, see `clsf.capsule.taking`: the store received it long after it trained."""


@dataclass(frozen=True, slots=True)
class Happened:
    """The defaults are those of a run of which only the plan is known."""

    steps: int = 0  # that were trained
    epochs: int = 0  # whole ones
    planned: int = 0  # epochs
    end: str = ""  # the run's status, "" before it has begun
    changed: Changes = ()  # by hand; only what a step was trained with
    reduced: Changes = ()  # because the validation loss no longer fell
    pauses: int = 0
    by_hand: int = 0  # steps taken one by one
    looks: int = 0  # steps that were asked for in detail
    looked_inside: bool = False  # the plan's look_inside
    begun_from: str | None = None  # run whose weights it began with
    epochs_before: int = 0  # that these weights had been trained for
    stopped_early: int | None = None  # epoch after which patience ended
    restored: int | None = None  # epoch whose weights it has
    beside: int = 0  # other runs that trained on the same machine at the same time

    @classmethod
    def of(cls, record: RunRecord) -> Happened:
        """Return what happened in a run so far."""
        changed, reduced = _changes(record)
        return cls(
            steps=len(record.steps),
            epochs=len(record.epochs),
            planned=record.plan.epochs,
            end=record.status if record.started else "",
            changed=changed,
            reduced=reduced,
            pauses=record.pauses,
            by_hand=record.steps_by_hand,
            looks=record.looks_asked,
            looked_inside=record.plan.look_inside,
            begun_from=record.plan.begin_from,
            epochs_before=record.plan.epochs_before,
            stopped_early=record.stopped_early.epoch if record.stopped_early else None,
            restored=record.restored.epoch if record.restored else None,
            beside=len(record.beside),
        )

    @property
    def touched(self) -> bool:
        """Whether anything was done to the run by hand while it trained."""
        return bool(self.changed or self.pauses or self.by_hand or self.looks)

    def sentences(self) -> Iterator[Sentence]:
        """Yield a sentence for everything that the plan does not say."""
        if self.begun_from is not None:
            yield say(
                "Began with the weights of the run {run} (epochs trained before: {epochs}).",
                run=self.begun_from, epochs=self.epochs_before,
            )  # fmt: skip
        for step, rate in self.changed:
            yield say("Learning rate changed by hand to {rate} after step {step}.", rate=f"{rate:g}", step=step)
        for step, rate in self.reduced:
            yield say("Learning rate reduced on a plateau to {rate} after step {step}.", rate=f"{rate:g}", step=step)
        if self.pauses:
            yield say("Pauses by hand: {count}.", count=self.pauses)
        if self.by_hand:
            yield say("Steps taken by hand: {count}.", count=self.by_hand)
        if self.looks:
            yield say("Steps looked at in detail: {count}.", count=self.looks)
        if self.looked_inside:
            yield say("Looked into while it trained.")
        yield from self._ending()
        if self.beside:
            yield say("Other runs on the same machine at the same time: {count}.", count=self.beside)

    def _ending(self) -> Iterator[Sentence]:
        values = {"epoch": self.epochs, "epochs": self.planned, "step": self.steps}
        if self.stopped_early is not None:
            yield say("Stopped early, after epoch {epoch} of {epochs}.", **values)
        if self.restored is not None:
            yield say("Has the weights of epoch {epoch}, the best one.", epoch=self.restored)
        match self.end:
            case "stopped":
                yield say_n(
                    "Stopped by hand after step {step}, with {epoch} of {epochs} epoch done.",
                    "Stopped by hand after step {step}, with {epoch} of {epochs} epochs done.",
                    self.planned,
                    **values,
                )
            case "cut-off":
                yield say_n(
                    "Cut off after step {step}, with {epoch} of {epochs} epoch done.",
                    "Cut off after step {step}, with {epoch} of {epochs} epochs done.",
                    self.planned,
                    **values,
                )
            case "time-limit":
                yield say_n(
                    "Ended by the server's time limit after step {step}, with {epoch} of {epochs} epoch done.",
                    "Ended by the server's time limit after step {step}, with {epoch} of {epochs} epochs done.",
                    self.planned,
                    **values,
                )
            case "diverged":
                yield say_n(
                    "Diverged at step {step}, with {epoch} of {epochs} epoch done.",
                    "Diverged at step {step}, with {epoch} of {epochs} epochs done.",
                    self.planned,
                    **values,
                )

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Happened:
        """Read what `to_json` wrote, in this or another version; unknown fields are left out."""
        known = {f.name for f in fields(cls)}
        values = {name: value for name, value in data.items() if name in known} if isinstance(data, dict) else {}
        for name in ("changed", "reduced"):
            values[name] = tuple((int(step), float(rate)) for step, rate in values.get(name, ()))
        return cls(**values)


def rates_text(first: float, changed: Changes) -> str:
    """Return the learning rates that a run had one after the other, such as "0.001 → 0.01"."""
    return " → ".join(f"{rate:g}" for rate in (first, *(rate for _, rate in changed)))


def trained_between(record: RunRecord) -> tuple[float, float] | None:
    """Return when the run was loaded and when it ended (now, if it goes on), as Unix times; None if that is not known.

    An older program did not record the start. The end is then when the store last received an event, and the start that much
    earlier by the training time: with pauses it began earlier still, so this never claims too much.
    """
    started, ended = record.started, record.ended
    if started is None:
        return None
    end = ended.moment if ended else time.time() if not record.over else None
    if end is None and record.over and not _IMPORTED.fullmatch(record.group):
        end = record.updated
    if end is None:
        return None
    if started.moment is not None:
        return started.moment - started.seconds, end
    if ended is None:
        return None
    return max(record.created, end - ended.seconds - record.looking_seconds - started.seconds), end


def overlap(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Return for how many seconds two periods overlap."""
    return max(min(one[1], two[1]) - max(one[0], two[0]), 0.0)


SHORTEST_OVERLAP = 0.5
"""Seconds. The clocks of two processes, and the order of their messages, differ by less."""


def _changes(record: RunRecord) -> tuple[Changes, Changes]:
    """Return the changes of the learning rate by hand and on plateaus that a step was trained with.

    Several at one step count as the last; one that changes nothing is none.
    """
    steps, rate = len(record.steps), record.plan.learning_rate
    last = {change.step: change for change in record.rate_changes if change.step < steps}
    changes: dict[str, list[tuple[int, float]]] = {"asked": [], "plateau": []}
    for step, change in sorted(last.items()):
        if change.learning_rate != rate:
            rate = change.learning_rate
            changes[change.reason].append((step, rate))
    return tuple(changes["asked"]), tuple(changes["plateau"])
