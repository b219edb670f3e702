"""Cases with the real frameworks: two softmaxes keep the loss high, and recomputed statistics repair batch normalisation."""

import time

import numpy as np
import pytest

from clsf.compare.cases.crossedwires import RESIDUAL
from clsf.compare.cases.crossedwires import settings as cold_settings
from clsf.compare.cases.lecture import LECTURE, START, loss_floor
from clsf.compare.cases.nets import padded_by_hand, small_resnet, strided
from clsf.compare.cases.steps import explain
from clsf.compare.cases.threads import PADDING
from clsf.compare.differences import switched
from clsf.control import Control
from clsf.events import RunEnded
from clsf.model.changes import changed
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


# Batch normalisation before its statistics have settled, and copied weights, in both frameworks' own processes.

COLD = cold_settings(Plan("digits", epochs=4, device="cpu")).but(batch_size=64)


def judged_here(framework: str, record: RunRecord, weights: dict, spec, plan: Plan, recalibrate: bool):
    """Evaluate weights in a framework's process, as a worker does."""
    from clsf.predict import session
    from clsf.predict.recalibrating import judge
    from clsf.predict.values import ModelRequest

    request = ModelRequest(
        "case", framework, spec.to_json(), plan.to_json(), tuple(record.started.input_shape), 10, record.started.scale
    )
    session.hold(request, weights)
    return judge(request, recalibrate)


def trained_weights_here(framework: str, spec, plan: Plan) -> dict:
    return trained_here(framework, spec, plan)[0]


def trained_here(framework: str, spec, plan: Plan):
    """Return the weights, the mean loss of the last epoch, and the prepared images."""
    from clsf import backends
    from clsf.backends.initial import initial_weights
    from clsf.data.prepare import prepare
    from clsf.data.sources import open_dataset
    from clsf.training import epoch_order

    prepared = prepare(open_dataset(plan.data), plan)
    start = initial_weights(spec.analyse(prepared.pixels.shape[1:]), plan.start, plan.seed, plan.dtype)
    backend = backends.load(framework).build(changed(spec, plan.differences), plan, prepared, start)
    first, losses = 0, []
    for epoch in range(1, plan.epochs + 1):
        losses = []
        for batch in epoch_order(prepared, plan, epoch):
            losses += [*backend.train_steps(batch[None], first).losses]
            first += 1
    return backend.get_weights(), sum(losses) / len(losses), prepared


def cold_here(framework: str, spec, plan: Plan) -> tuple[float, float, float]:
    """Return the training loss, and the accuracy at evaluation before and after recalibration."""
    from clsf.predict import session
    from clsf.predict.recalibrating import judge
    from clsf.predict.values import ModelRequest

    weights, loss, prepared = trained_here(framework, spec, plan)
    scale = tuple(map(float, prepared.mean)), tuple(map(float, prepared.deviation))
    token = f"cold {plan.seed} {plan.differences}"
    request = ModelRequest(token, framework, spec.to_json(), plan.to_json(), prepared.pixels.shape[1:], 10, scale)
    session.hold(request, weights)
    found = judge(request, True)
    return loss, found.before.accuracy, found.after.accuracy


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_momentum_alone_makes_a_gap_of_fifteen_points_in_two_epochs():
    """As published, PyTorch is ahead by 15 points or more; with Keras' momentum, or recomputed statistics, by three at most.

    There are enough drawn images for 38 steps with batches of 256. On 10,000 images of CIFAR-10 with batches of 512, 32 steps:
    22 points (ResNet) and 18 (DenseNet), then 0.0 and 0.1; three seeds each.
    """
    base, momentum = RESIDUAL.settings(Plan("shapes", epochs=RESIDUAL.epochs, device="cpu")), RESIDUAL.causes[0]
    assert base.batch_size == 256
    spec = RESIDUAL.model(10)
    runs = []
    for seed in (0, 1):
        keras = base.but(seed=seed)
        torch = momentum.plan(switched(keras, momentum.differences))
        both = [frameworks.process(n).begin(cold_here, n, spec, p) for n, p in (("tensorflow", keras), ("torch", torch))]
        runs.append([future.result() for future in both] + [frameworks.process("torch").run(cold_here, "torch", spec, keras)])
    (keras, native, aligned) = np.mean(runs, axis=0)
    print(*(f"{name}: loss {a:.3f}, accuracy {b:.3f}, then {c:.3f}" for name, (a, b, c) in zip(("TensorFlow", "PyTorch", "PyTorch with Keras' momentum"), (keras, native, aligned), strict=True)), sep="\n")  # fmt: skip
    assert native[1] - keras[1] >= 0.15
    assert abs(aligned[1] - keras[1]) <= 0.03
    assert abs(native[2] - keras[2]) <= 0.03
    assert keras[0] == pytest.approx(native[0], rel=0.02)
    assert native[0] == pytest.approx(aligned[0], rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_fresh_statistics_show_what_was_learned(framework):
    """Keras' momentum of 0.99: after 92 steps four tenths of the initial values are still in what evaluation uses."""
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
