"""All checks of a hand-in, and its mark. No student code is run: answers, curves and weights are data.

A hand-in that contradicts itself gets a sentence and no mark. Items that can't be confirmed here are reported and give no points,
unless the teacher accepts them.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from clsf.capsule import Capsule
from clsf.course.lesson import LessonBlock
from clsf.course.running import JOBS
from clsf.errors import ClsfError, TeachingError
from clsf.teaching import answers, curves, handin, rerun
from clsf.teaching.answers import AssignmentItem
from clsf.teaching.assignment import Assignment, broken_locks
from clsf.teaching.handin import HandIn
from clsf.words import Sentence, say

logger = logging.getLogger("clsf.teaching")

AT_ONCE = 16  # runs that a worker is asked about in one call
SECONDS = 300.0  # that such a call may take
LOSS_NEAR, ACCURACY_NEAR = 2e-3, 1.5
"""How far the weights' loss may be off the curve's (a share of it), and how many images their accuracy: another machine adds numbers
in another order."""


class GradingEngine(Protocol):
    """What is needed of `clsf.engine.base.Engine`."""

    def call(self, framework: str, function: str, *args: object, timeout: float = ...) -> object: ...


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """A run that was checked. `accuracy` and `loss` are those that its weights have here; None: they could not be asked."""

    framework: str
    model: str
    parameters: int
    accuracy: float | None = None
    loss: float | None = None
    unconfirmed: tuple[Sentence, ...] = ()
    weights: str = ""  # their hash, by which the same run is found in two hand-ins


@dataclass(frozen=True, slots=True)
class Graded:
    """The result of one file. `refused`: why it gets no mark."""

    file: str
    refused: Sentence | None = None
    handin: HandIn | None = None
    items: tuple[AssignmentItem, ...] = ()
    runs: tuple[CheckedRun, ...] = ()
    notes: tuple[Sentence, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def possible(self) -> int:
        return len(self.items)

    def points(self, accept: bool = False) -> int:
        """Return how many items are right; with `accept` those count that could not be confirmed."""
        return sum(item.state == "right" or (accept and item.state == "unconfirmed") for item in self.items)

    def mark(self, accept: bool = False) -> float | None:
        """Return the share of right items in percent; None without a mark."""
        if self.refused is not None or not self.items:
            return None
        return round(100 * self.points(accept) / self.possible, 2)

    @property
    def unconfirmed(self) -> tuple[Sentence, ...]:
        """Return what could not be confirmed, each thing once."""
        said = [
            say("{task}: {why}", task=item.key, why=item.said)
            for item in self.items
            if item.state == "unconfirmed" and item.said
        ]
        every = [*self.notes, *said, *(each for run in self.runs for each in run.unconfirmed)]
        return tuple({str(each): each for each in every}.values())


def grade(
    files: Mapping[str, Callable[[], bytes]], workers: GradingEngine, key: bytes, assignment: Assignment | None = None,
    language: str = "en",
) -> list[Graded]:  # fmt: skip
    """Return the result of each file (name -> what reads it), in their order. Never raises for what is in a file.

    `assignment`: the one that counts; None: the one that most of the files are about.
    """
    by_name = {name: _opened(name, read, key) for name, read in files.items()}
    good = [graded for graded in by_name.values() if graded.handin is not None]
    wanted = assignment or _commonest([graded.handin.assignment for graded in good])
    for graded in good:
        if graded.handin.assignment != wanted:
            title = graded.handin.assignment.title
            by_name[graded.file] = _without_mark(graded, say("It belongs to another assignment: {title}.", title=title))
    truth = _Truths(workers)
    for name, graded in by_name.items():
        by_name[name] = _computed(graded, truth, language)
    by_name = _asked_again(by_name, workers)
    by_name = {name: _marked(_goal(graded)) for name, graded in by_name.items()}
    return list(_compared(by_name).values())


def _opened(name: str, read: Callable[[], bytes], key: bytes) -> Graded:
    try:
        return Graded(name, handin=handin.read(read(), key))
    except ClsfError as error:
        return Graded(name, error.sentence)
    except OSError as error:
        return Graded(name, say("The file can't be read: {reason}.", reason=error.strerror or "?"))
    except Exception:  # a bug of ours must not prevent the other marks
        logger.exception("The hand-in %s could not be read.", name)
        return Graded(name, say("It can't be read, for a reason that this program does not know."))


def _commonest(assignments: Sequence[Assignment]) -> Assignment | None:
    counts = Counter(each.key for each in assignments)
    key = counts.most_common(1)[0][0] if counts else None
    return next((each for each in assignments if each.key == key), None)


def _without_mark(graded: Graded, why: Sentence) -> Graded:
    return Graded(graded.file, why, graded.handin)


def _computed(graded: Graded, truth: Callable[[LessonBlock], str], language: str) -> Graded:
    """Check all that needs no worker to predict: answers, and the numbers of each run."""
    if graded.refused is not None:
        return graded
    hand = graded.handin
    try:
        lessons, gone = hand.assignment.lessons_in(language)
        items, texts, notes, runs = [], {}, [], []
        notes += [say("The lesson {name} is not in this course any more.", name=name) for name in gone]
        if not hand.sealed:
            notes.append(say("Another dashboard has sealed it, so it can't be checked here whether its answers were edited."))
            if hand.runs:
                notes.append(say("The end of its curves is computed again; before it, only sums and means are checked."))
        for lesson in lessons:
            items += answers.of_lesson(lesson, hand.answers, truth, hand.sealed)
            texts |= answers.texts(lesson, hand.answers)
        if hand.assignment.case:
            case = hand.assignment.buglab
            items.append(answers.of_case(case, hand.buglab.get(case.code), hand.sealed))
        for capsule in hand.runs:
            claimed = curves.checked(capsule)
            facts = capsule.model.analyse(capsule.input_shape)
            runs.append(CheckedRun(capsule.framework, capsule.model.name, facts.parameters, unconfirmed=claimed.unconfirmed))
    except ClsfError as error:
        return _without_mark(graded, error.sentence)
    except Exception:
        logger.exception("The hand-in %s could not be checked.", graded.file)
        return _without_mark(graded, say("It can't be read, for a reason that this program does not know."))
    return replace(graded, items=tuple(items), texts=texts, notes=tuple(notes), runs=tuple(runs))


class _Truths:
    """The right numbers of `find` steps, each computed once."""

    def __init__(self, workers: GradingEngine) -> None:
        self._workers, self._known = workers, {}

    def __call__(self, block: LessonBlock) -> str:
        if block.program is None:
            return block.answer
        if block.program not in self._known:
            framework, job = JOBS[block.program.side]
            try:
                (outcome,) = self._workers.call(framework, job, [block.program.call], timeout=60.0)
                self._known[block.program] = block.program.truth(outcome)
            except ClsfError as error:
                logger.warning("%s", error)
                self._known[block.program] = ""
        return self._known[block.program]


# Predictions, computed again.


def _asked_again(by_name: dict[str, Graded], workers: GradingEngine) -> dict[str, Graded]:
    """Ask the weights of all runs what they predict, and compare it with the ends of the curves."""
    waiting = [
        (name, place, capsule)
        for name, graded in by_name.items()
        if graded.refused is None
        for place, capsule in enumerate(graded.handin.runs)
    ]
    said = _said(waiting, workers, rerun.asked_in)
    other = [each for each in waiting if _contradicts(each[2], said[each[:2]]) and rerun.asked_in(each[2]) != each[2].framework]
    said |= _said(other, workers, lambda capsule: capsule.framework)  # before anyone is told that something was changed
    for name, place, capsule in waiting:
        graded, answer = by_name[name], said[name, place]
        if graded.refused is not None:
            continue
        if _contradicts(capsule, answer):
            by_name[name] = _without_mark(graded, say(
                "Its run was changed: its weights reach an accuracy of {accuracy} on the validation images with a loss of {loss}, but its "
                "curve ends at {claimed} and {claimed_loss}.",
                accuracy=f"{answer.accuracy:.1%}", loss=f"{answer.loss:.4f}",
                claimed=f"{_end(capsule).validation_accuracy:.1%}", claimed_loss=f"{_end(capsule).validation_loss:.4f}",
            ))  # fmt: skip
            continue
        runs = list(graded.runs)
        if answer.problem is not None:
            runs[place] = replace(runs[place], unconfirmed=(*runs[place].unconfirmed, answer.problem))
        else:
            runs[place] = replace(runs[place], accuracy=answer.accuracy, loss=answer.loss)
        by_name[name] = replace(graded, runs=tuple(runs))
    return by_name


def _said(
    waiting: Iterable[tuple[str, int, Capsule]], workers: GradingEngine, framework_of: Callable[[Capsule], str]
) -> dict[tuple[str, int], rerun.Said]:
    """Return what the weights of each run say, asked some at a time."""
    said: dict[tuple[str, int], rerun.Said] = {}
    asks: dict[str, list[tuple[tuple[str, int], rerun.Ask]]] = {}
    for name, place, capsule in waiting:
        try:
            ask = rerun.ask_of(capsule, framework_of(capsule))
        except ClsfError as error:
            ask = error.sentence
        if isinstance(ask, Sentence):
            said[name, place] = rerun.Said(problem=ask)
        else:
            asks.setdefault(ask.request.framework, []).append(((name, place), ask))
    for framework, all_of_it in asks.items():
        for first in range(0, len(all_of_it), AT_ONCE):
            part = all_of_it[first : first + AT_ONCE]
            try:
                answers = workers.call(framework, rerun.JOB, [ask for _, ask in part], timeout=SECONDS)
            except ClsfError as error:
                answers = [rerun.Said(problem=error.sentence)] * len(part)
            said |= {key: each for (key, _), each in zip(part, answers, strict=True)}
    return said


def _end(capsule: Capsule):
    return capsule.events[-1]


def _contradicts(capsule: Capsule, said: rerun.Said) -> bool:
    """Return whether the weights say something else than the end of the curve does."""
    end = _end(capsule)
    if said.problem is not None or end.validation_loss is None or end.validation_accuracy is None:
        return False
    if math.isnan(said.loss):
        return True
    far = abs(said.loss - end.validation_loss) > LOSS_NEAR * max(abs(end.validation_loss), 0.05)
    return far or abs(said.accuracy - end.validation_accuracy) * said.images > ACCURACY_NEAR


# The goal, and locked controls.


def _goal(graded: Graded) -> Graded:
    if graded.refused is not None or not graded.handin.assignment.goal:
        return graded
    hand = graded.handin
    kept = [capsule for capsule in hand.runs if not broken_locks(hand.assignment, capsule)]
    sure = [
        candidate(c, run.accuracy)
        for c, run in zip(hand.runs, graded.runs, strict=True)
        if c in kept and run.accuracy is not None
    ]
    check = hand.assignment.check
    if check.met(sure):
        item = AssignmentItem("goal", "right")
    elif not hand.runs:
        item = AssignmentItem("goal", "open")
    elif not kept:
        item = AssignmentItem("goal", "wrong", broken_locks(hand.assignment, hand.runs[0])[0])
    elif check.met([candidate(c, _end(c).validation_accuracy) for c in kept]):
        item = AssignmentItem("goal", "unconfirmed", say("Its predictions could not be computed again here."))
    else:
        item = AssignmentItem("goal", "wrong", check.missing(sure))
    return replace(graded, items=(*graded.items, item))


def _marked(graded: Graded) -> Graded:
    if graded.refused is None and not graded.items:
        return _without_mark(graded, say("Its assignment has no task that can be marked."))
    return graded


def candidate(capsule: Capsule, accuracy: float | None) -> dict[str, object]:
    """Return what a goal may ask of a run, with the accuracy that its weights have."""
    record, end = capsule.folded(), _end(capsule)
    plan, trained = capsule.plan, getattr(end, "train_accuracy", None)
    return {
        "framework": capsule.framework, "frameworks": 1, "model": capsule.model.name, "data": plan.data, "status": record.status,
        "epochs": len(record.epochs), "parameters": capsule.model.analyse(capsule.input_shape).parameters,
        "train_accuracy": trained, "validation_accuracy": accuracy, "train_loss": getattr(end, "train_loss", None),
        "gap": trained - accuracy if trained is not None and accuracy is not None else None, "optimizer": plan.optimizer,
        "learning_rate": plan.learning_rate, "batch_size": plan.batch_size,
        "kinds": tuple(type(layer).__name__ for layer in capsule.model.layers),
    }  # fmt: skip


# All together.


def _compared(by_name: dict[str, Graded]) -> dict[str, Graded]:
    """Leave only the newest of several files of one browser with a mark, and say which files have a run or a number in common."""
    newest: dict[str, Graded] = {}
    for graded in by_name.values():
        who = graded.handin.browser if graded.refused is None else ""
        if who and (who not in newest or newest[who].handin.made <= graded.handin.made):
            newest[who] = graded
    for name, graded in by_name.items():
        if graded.refused is None and graded.handin.browser and newest[graded.handin.browser].file != name:
            why = say("A newer file of the same student counts: {file}.", file=newest[graded.handin.browser].file)
            by_name[name] = _without_mark(graded, why)
    runs, numbers = _shared(by_name, _runs_of), _shared(by_name, lambda graded: {graded.handin.number.casefold()} - {""})
    for name, graded in by_name.items():
        if graded.refused is None:
            notes = [say("The same run is in {files}.", files=", ".join(runs[name]))] if runs[name] else []
            notes += [say("The same number is given in {files}.", files=", ".join(numbers[name]))] if numbers[name] else []
            by_name[name] = replace(graded, notes=(*graded.notes, *notes))
    return by_name


def _shared(by_name: Mapping[str, Graded], things_of: Callable[[Graded], set[str]]) -> dict[str, list[str]]:
    """Return file -> some other files that have a thing in common with it."""
    having: dict[str, set[str]] = {}
    things = {name: things_of(graded) for name, graded in by_name.items() if graded.refused is None}
    for name, each in things.items():
        for thing in each:
            having.setdefault(thing, set()).add(name)
    return {name: sorted(set().union(*(having[thing] for thing in each)) - {name})[:5] for name, each in things.items()}


def _runs_of(graded: Graded) -> set[str]:
    return {_run_hash(capsule) for capsule in graded.handin.runs if capsule.weights}


def _run_hash(capsule: Capsule) -> str:
    from clsf.backends.initial import weights_hash

    return f"{weights_hash(capsule.weights)} {capsule.created}"


def files_of(folder: Path) -> dict[str, Callable[[], bytes]]:
    """Return name -> what reads it, of all files in a folder and in folders in it, but hidden ones and tables.

    Raises TeachingError if there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise TeachingError("There is no folder {folder}. Name the folder that holds the hand-ins.", folder=str(folder))
    try:
        paths = sorted(path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    except OSError as error:
        raise TeachingError(
            "The folder {folder} can't be read: {reason}.", folder=str(folder), reason=error.strerror or "?"
        ) from None
    paths = [path for path in paths if not path.name.startswith(".") and path.suffix.lower() != ".csv"]
    if not paths:
        raise TeachingError("There is no file in {folder}. Put the files that students handed in there.", folder=str(folder))
    return {str(path.relative_to(folder)): (lambda path=path: _bytes(path)) for path in paths}


def _bytes(path: Path) -> bytes:
    """Return the content of a file, at most so much that it is known to be too much. Raises TeachingError for a link."""
    if path.is_symlink():
        raise TeachingError("It is a link to another file, which is not followed.")
    with path.open("rb") as file:
        return file.read(handin.MOST_BYTES + 1)
