"""The lecture's gap with the real PyTorch: two softmaxes hold the loss up, and taking them away lets it fall."""

import time

from clsf.compare.gap import CAUSES, START, explain, lecture_plan, loss_floor
from clsf.control import Control
from clsf.events import RunEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.training import run
from tests import frameworks

SPEC = preset("lecture-cnn", 10)


def train_here(plan: Plan) -> list:
    """Train in the process of PyTorch and return the events."""
    events = []
    run("torch", SPEC, plan, Control(), events.append)
    return events


def train(plan: Plan) -> RunRecord:
    record = RunRecord("id", "group", "torch", SPEC, plan, time.time())
    for event in frameworks.process("torch").run(train_here, plan):
        record.fold(event)
    return record


def test_the_softmax_holds_the_loss_above_its_floor():
    plan = Plan("digits", epochs=4, device="cpu", train_limit=800)
    start, without_softmax = explain(train, plan, order=("double-softmax",))
    assert (start.cause, without_softmax.cause) == (START, "double-softmax")
    assert start.loss > loss_floor(10)
    assert without_softmax.loss < loss_floor(10)
    assert without_softmax.accuracy > start.accuracy


def test_without_all_causes_it_is_the_aligned_run():
    plan = Plan("digits", epochs=1, device="cpu", train_limit=200)
    *_, last = explain(train, plan)
    aligned = train(plan)
    assert last.accuracy == aligned.ended.validation_accuracy
    assert last.loss == aligned.ended.train_loss
    assert isinstance(aligned.ended, RunEnded)
    assert set(lecture_plan(plan).differences) == {name for names in CAUSES.values() for name in names}
