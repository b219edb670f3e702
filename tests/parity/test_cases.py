"""Cases with the real frameworks: two softmaxes hold the loss up, and fresh statistics wake up batch normalisation."""

import time

from clsf.compare.cases.lecture import LECTURE, START, loss_floor
from clsf.compare.cases.steps import explain
from clsf.control import Control
from clsf.events import RunEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.training import run
from tests import frameworks

SPEC = preset("lecture-cnn", 10)


def train_here(framework: str, spec, plan: Plan) -> list:
    """Train in the process of a framework and return the events."""
    events = []
    run(framework, spec, plan, Control(), events.append)
    return events


class Trainer:
    """Trains in the frameworks' own processes."""

    def train(self, framework: str, spec, plan: Plan) -> RunRecord:
        record = RunRecord("id", "group", framework, spec, plan, time.time())
        for event in frameworks.process(framework).run(train_here, framework, spec, plan):
            record.fold(event)
        return record


def test_the_softmax_holds_the_loss_above_its_floor():
    plan = Plan("digits", epochs=4, device="cpu", train_limit=800)
    start, without_softmax = explain(LECTURE, Trainer(), plan, 10, order=("double-softmax",))
    assert (start.cause, without_softmax.cause) == (START, "double-softmax")
    assert start.loss > loss_floor(10)
    assert without_softmax.loss < loss_floor(10)
    assert without_softmax.accuracy > start.accuracy


def test_without_all_causes_it_is_the_aligned_run():
    plan = Plan("digits", epochs=1, device="cpu", train_limit=200)
    *_, last = explain(LECTURE, Trainer(), plan, 10)
    aligned = Trainer().train("torch", SPEC, plan)
    assert last.accuracy == aligned.ended.validation_accuracy
    assert last.loss == aligned.ended.train_loss
    assert isinstance(aligned.ended, RunEnded)
