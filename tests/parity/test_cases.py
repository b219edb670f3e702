"""Cases with the real frameworks: two softmaxes hold the loss up, and fresh statistics wake up batch normalisation."""

import time

import pytest

from clsf.compare.cases.crossedwires import BATCH_NORM
from clsf.compare.cases.lecture import LECTURE, START, loss_floor
from clsf.compare.cases.nets import padded_by_hand, small_resnet, strided
from clsf.compare.cases.steps import explain
from clsf.compare.cases.threads import PADDING
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
    start, without_softmax = explain(LECTURE, Trainer(), LECTURE.settings(plan), 10, order=("double-softmax",))
    assert (start.cause, without_softmax.cause) == (START, "double-softmax")
    assert start.loss > loss_floor(10)
    assert without_softmax.loss < loss_floor(10)
    assert without_softmax.accuracy > start.accuracy


def test_without_all_causes_it_is_the_aligned_run():
    plan = Plan("digits", epochs=1, device="cpu", train_limit=200)
    *_, last = explain(LECTURE, Trainer(), LECTURE.settings(plan), 10)
    aligned = Trainer().train("torch", SPEC, plan)
    assert last.accuracy == aligned.ended.validation_accuracy
    assert last.loss == aligned.ended.train_loss
    assert isinstance(aligned.ended, RunEnded)


# Batch normalisation that is not warm, and weights that are carried over, in both frameworks' own processes.


def judged_here(framework: str, record: RunRecord, weights: dict, spec, plan: Plan, recalibrate: bool):
    """Judge weights in the process of a framework, as a worker does."""
    from clsf.predict import session
    from clsf.predict.recalibrating import judge
    from clsf.predict.values import ModelRequest

    request = ModelRequest(
        "case", framework, spec.to_json(), plan.to_json(), tuple(record.started.input_shape), 10, record.started.scale
    )
    session.hold(request, weights)
    return judge(request, recalibrate)


def trained_weights_here(framework: str, spec, plan: Plan) -> dict:
    from clsf import backends
    from clsf.backends.initial import initial_weights
    from clsf.data.prepare import prepare
    from clsf.data.sources import open_dataset
    from clsf.training import epoch_order

    prepared = prepare(open_dataset(plan.data), plan)
    start = initial_weights(spec.analyse(prepared.pixels.shape[1:]), plan.start, plan.seed, plan.dtype)
    backend = backends.load(framework).build(spec, plan, prepared, start)
    first = 0
    for epoch in range(1, plan.epochs + 1):
        for batch in epoch_order(prepared, plan, epoch):
            backend.train_steps(batch[None], first)
            first += 1
    return backend.get_weights()


COLD = BATCH_NORM.settings(Plan("digits", epochs=4, device="cpu")).but(batch_size=64)


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_fresh_statistics_show_what_was_learned(framework):
    """Keras' momentum of 0.99: after 92 steps evaluation still sees four tenths of the values that it began with."""
    spec = small_resnet(10)
    record = Trainer().train(framework, spec, COLD)
    weights = frameworks.process(framework).run(trained_weights_here, framework, spec, COLD)
    found = frameworks.process(framework).run(judged_here, framework, record, weights, spec, COLD, True)
    assert found.before.accuracy == pytest.approx(record.ended.validation_accuracy, abs=1e-9)
    assert found.after.accuracy > found.before.accuracy + 0.1
    assert found.batches > 10


@pytest.mark.slow
def test_both_frameworks_find_the_same_fresh_statistics():
    spec, plan = small_resnet(10), COLD.but(dtype="float64", epochs=1)
    record = Trainer().train("tensorflow", spec, plan)
    weights = frameworks.process("tensorflow").run(trained_weights_here, "tensorflow", spec, plan)
    losses = [
        frameworks.process(name).run(judged_here, name, record, weights, spec, plan, True).after.loss
        for name in ("tensorflow", "torch")
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-10)


@pytest.mark.slow
def test_weights_that_are_carried_over_answer_as_before_only_without_the_causes():
    spec, plan = strided(10), PADDING.settings(Plan("digits", epochs=3, device="cpu"))
    record = Trainer().train("tensorflow", spec, plan)
    weights = frameworks.process("tensorflow").run(trained_weights_here, "tensorflow", spec, plan)
    hand = padded_by_hand(spec)
    renamed = dict(zip(hand.analyse(tuple(record.started.input_shape)).named_weights(), weights.values(), strict=True))
    wrong = frameworks.process("torch").run(judged_here, "torch", record, renamed, hand, plan, False)
    right = frameworks.process("torch").run(judged_here, "torch", record, weights, spec, plan, False)
    assert right.before.accuracy == pytest.approx(record.ended.validation_accuracy, abs=1e-9)
    assert wrong.before.accuracy < right.before.accuracy - 0.05
