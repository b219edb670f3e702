"""Experiments with the real frameworks: all optimizers from the queue to the verdict, and a run that is continued and exported."""

from __future__ import annotations

import math

import numpy as np
import pytest

from clsf import capsule
from clsf.data import catalogue
from clsf.experiments import sets, start
from clsf.experiments.settings import differing
from clsf.experiments.values import Experiment
from clsf.experiments.verdict import agreement, verdicts
from clsf.model.presets import preset
from clsf.plan import OPTIMIZERS, Plan, Preparation
from clsf.runs.history import Query

OWNER = "experimenter"
TINY, PLAN = preset("tiny"), Plan("digits", epochs=1, device="cpu")


@pytest.fixture(scope="module")
def found(lab):
    """All optimizers in both frameworks, trained."""
    name = start.start(lab, Experiment("optimizers", sets.optimizers(TINY, PLAN), ("tensorflow", "torch")), OWNER, "all")
    assert lab.wait([run_id for run_id, _ in lab.history.members(name)], 240)
    return start.find(lab, name)


def test_all_optimizers_are_trained_in_both_frameworks(found):
    assert found.over
    assert [m.record.status for m in found.members] == ["finished"] * 2 * len(OPTIMIZERS), [
        m.record.failure for m in found.members
    ]
    assert [(m.arm, m.record.framework) for m in found.members] == [
        (n, f) for n in range(len(OPTIMIZERS)) for f in ("tensorflow", "torch")
    ]
    assert [m.record.plan.optimizer for m in found.members[::2]] == list(OPTIMIZERS)
    assert set(differing([m.record for m in found.members])) == {"framework", "optimizer", "learning_rate"}


def test_all_arms_began_equal(found):
    assert len({m.record.started.weights_hash for m in found.members}) == 1
    assert len({m.record.started.order_hash for m in found.members}) == 1


def test_both_frameworks_tell_the_same_of_each_optimizer(found):
    """36 steps in float32: only rounding differs."""
    for one, other in zip(found.members[::2], found.members[1::2], strict=True):
        np.testing.assert_allclose(one.record.steps.losses, other.record.steps.losses, rtol=1e-3, err_msg=str(one.label))


def test_there_is_a_verdict_for_each_framework(found):
    said = verdicts(found.members)
    assert [v.framework for v in said] == ["tensorflow", "torch"]
    for verdict in said:
        best, second = (s.accuracies[0] for s in verdict.scores[:2])
        assert best == max(m.record.ended.validation_accuracy for m in found.members if m.record.framework == verdict.framework)
        spread = math.sqrt((best * (1 - best) + second * (1 - second)) / 287)
        assert verdict.noise == pytest.approx(1.959964 * spread, rel=1e-6)
        assert str(verdict.scores[0].label) in str(verdict.sentence)
    heads = [verdict.scores[0] for verdict in said]
    if not all(verdict.margin for verdict in said):
        assert agreement(said) is None, "where two are level, nothing is ahead"
    elif heads[0].arm == heads[1].arm:
        assert str(agreement(said)) == f"Both frameworks have the same one ahead: {heads[0].label}."
    else:
        assert f"{heads[0].label} in TensorFlow, {heads[1].label} in PyTorch" in str(agreement(said))


def test_an_experiment_is_listed_for_its_owner_alone(lab, found):
    assert lab.history.count(Query(OWNER, experiment=found.row.experiment_id)) == 2 * len(OPTIMIZERS)
    assert lab.history.count(Query("somebody else", experiment=found.row.experiment_id)) == 0


def test_a_run_is_packed_opened_in_a_worker_and_taken_in(lab, found):
    record = found.members[-1].record
    weights = lab.weights(record.run_id)
    content = capsule.write(
        record, weights, events=lab.store.events(record.run_id), classes=catalogue.info("digits").classes, notes="mine"
    )
    run_id = capsule.take_in(lab.call("torch", "clsf.capsule:read", content, timeout=60), lab.store, "another")
    again = lab.record(run_id)
    assert (again.plan, again.model, again.owner) == (record.plan, record.model, "another")
    assert again.steps.losses == record.steps.losses
    for name, array in weights.items():
        np.testing.assert_array_equal(lab.weights(run_id)[name], array)


def test_training_goes_on_with_the_weights_of_a_run(lab, found):
    earlier = max((m.record for m in found.members[1::2]), key=lambda record: record.ended.validation_accuracy)
    [run_id] = lab.train(earlier.model, earlier.plan.but(begin_from=earlier.run_id), ("torch",), OWNER)
    assert lab.wait([run_id], 60)
    later = lab.record(run_id)
    assert later.status == "finished", later.failure
    assert later.plan.epochs_before == 1
    first, begun, left = later.steps.losses[0], earlier.steps.losses[0], np.mean(earlier.steps.losses[-5:])
    assert abs(first - left) < abs(first - begun)  # before any new step, it equals the end of the earlier run
    assert later.started.weights_hash != earlier.started.weights_hash


@pytest.mark.slow
def test_regularisation_on_lenet_does_what_its_names_say(lab):
    plan = Plan("digits", Preparation(28), epochs=6, train_limit=300, device="cpu", optimizer="adam", learning_rate=0.002)
    name = start.start(lab, Experiment("regularisation", sets.regularisation(preset("lenet-5"), plan), ("torch",)), OWNER, "")
    assert lab.wait([run_id for run_id, _ in lab.history.members(name)], 400)
    none, l1, l2, dropout, norm, stopping = (m.record for m in start.find(lab, name).members)
    assert {r.status for r in (none, l1, l2, dropout, norm, stopping)} == {"finished"}

    def size(record, power):
        kernels = [array for name, array in lab.weights(record.run_id).items() if name.endswith("kernel")]
        return sum(float((np.abs(array) ** power).sum()) for array in kernels)

    assert size(l1, 1) < size(none, 1)
    assert size(l2, 2) < size(none, 2)
    assert dropout.ended.train_loss > none.ended.train_loss  # measured while units are switched off
    assert norm.started.parameters > none.started.parameters
    assert len(stopping.epochs) <= 6
    assert stopping.ended.validation_loss == min(epoch.validation_loss for epoch in stopping.epochs)
