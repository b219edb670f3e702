"""The lab with real workers: continue from a run, look at a step, checkpoints, and event files with TensorFlow's graph."""

import io
import time
import zipfile

import numpy as np
import pytest

from clsf import capsule
from clsf.compare import fairness
from clsf.continuing import continued
from clsf.errors import PlanError, SpecError, StoreError
from clsf.events import BatchesEnded, Paused
from clsf.model.presets import preset
from clsf.plan import Plan, Schedule, Stopping
from clsf.runs.happened import Happened
from clsf.runs.history import Query
from tests.unit.test_logs import read_back

TINY = preset("tiny", 10)
PLAN = Plan("digits", epochs=2, device="cpu", optimizer="sgd", learning_rate=0.1)


def test_both_frameworks_continue_from_the_weights_of_one_run(lab):
    (first,) = lab.train(TINY, PLAN, ("torch",))
    assert lab.wait([first], 60)
    ids = lab.train(TINY, PLAN.but(epochs=1, begin_from=first), ("tensorflow", "torch"))
    assert lab.wait(ids, 60)
    one, other = map(lab.record, ids)
    assert one.status == other.status == "finished", (one.failure, other.failure)
    assert one.started.weights_hash == other.started.weights_hash != lab.record(first).started.weights_hash
    assert one.plan.epochs_before == 2
    np.testing.assert_allclose(one.steps.losses, other.steps.losses, rtol=1e-3)
    assert one.steps.losses[0] < np.mean(lab.record(first).steps.losses[:5])
    (whole,) = lab.train(TINY, PLAN.but(epochs=3), ("torch",))
    assert lab.wait([whole], 60)
    np.testing.assert_array_equal(lab.record(whole).steps.losses[72:], other.steps.losses)


def test_a_rate_that_was_changed_while_one_of_them_trained_is_not_called_equal(lab):
    """Pause PyTorch, take a step, change its learning rate, resume, then compare."""
    plan = PLAN.but(epochs=20, optimizer="rmsprop", learning_rate=0.001)
    ids = lab.train(TINY, plan, ("tensorflow", "torch"), owner="me")
    assert lab.wait(ids[:1], 60)
    torch = lab.record(ids[1])
    until = time.monotonic() + 30
    while not len(torch.steps) and time.monotonic() < until:
        time.sleep(0.01)
    lab.control(ids[1], "pause")
    while torch.status != "paused" and time.monotonic() < until:
        time.sleep(0.01)
    at = len(torch.steps)
    lab.control(ids[1], "step")
    while len(torch.steps) == at and time.monotonic() < until:
        time.sleep(0.01)
    lab.control(ids[1], "learning_rate", 0.01)
    lab.control(ids[1], "resume")
    assert lab.wait(ids, 60)
    one, two = map(lab.record, ids)
    assert Happened.of(two).changed == ((at + 1, 0.01),)
    assert (Happened.of(two).pauses, Happened.of(two).by_hand) == (1, 1)
    found = {(f.topic, f.level) for f in fairness.check(one, two) if f.level != "green"}
    assert found == {("schedule", "red"), ("hands", "amber")}
    assert one.started.images_hash == two.started.images_hash != ""
    assert one.started.split_hash == two.started.split_hash != ""
    lines = {line.run.framework: line.happened.changed for line in lab.history.find(Query("me")) if line.run.run_id in ids}
    assert lines == {"tensorflow": (), "torch": ((at + 1, 0.01),)}


@pytest.mark.parametrize("change", [{"seed": 1}, {"validation_share": 0.3}, {"train_limit": 500}], ids=str)
def test_another_split_is_refused_for_it_would_validate_on_what_was_learned(lab, change):
    (first,) = lab.train(TINY, PLAN.but(epochs=1), ("torch",))
    assert lab.wait([first], 60)
    with pytest.raises(PlanError, match="images it has learned from might now be used to validate"):
        lab.train(TINY, PLAN.but(begin_from=first, **change), ("torch",))


def test_a_run_from_before_the_split_had_versions_goes_on_with_its_own():
    earlier = Plan.from_json({"data": "digits", "train_limit": 100})
    plan = continued(Plan("digits", train_limit=100), "some-run", earlier, 5)
    assert (plan.split, plan.begin_from, plan.epochs_before) == (1, "some-run", 5)


def test_a_run_that_is_unknown_or_of_another_model_is_refused(lab):
    with pytest.raises(StoreError):
        lab.train(TINY, PLAN.but(begin_from="nobody"), ("torch",))
    (first,) = lab.train(TINY, PLAN.but(epochs=1), ("torch",))
    assert lab.wait([first], 60)
    (other,) = lab.train(preset("mlp", 10), PLAN.but(begin_from=first), ("torch",))
    assert lab.wait([other], 60)
    assert "begin with weights of another model" in str(lab.record(other).failure)


def test_a_loss_that_does_not_fit_is_refused_before_anything_is_queued(lab):
    with pytest.raises(SpecError, match="The loss takes probabilities"):
        lab.train(TINY, PLAN.but(probabilities=True), ("torch",))
    with pytest.raises(PlanError, match="The binary loss is for two classes"):
        lab.check(TINY, PLAN.but(loss="binary"))


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_a_step_is_told_in_detail_and_training_goes_on(lab, framework):
    (run_id,) = lab.train(TINY, PLAN.but(epochs=200), (framework,))
    heard = lab.follow([run_id])
    for _, event in heard:
        if isinstance(event, BatchesEnded):
            lab.control(run_id, "pause")
            break
    for _, event in heard:
        if isinstance(event, Paused):
            break
    lab.control(run_id, "look")
    until = time.monotonic() + 20
    record = lab.record(run_id)
    while not record.steps_looked and time.monotonic() < until:
        time.sleep(0.02)
    (look,) = record.steps_looked
    assert look.step == event.step + 1
    assert set(look.weights) == {"1.kernel", "1.bias", "4.kernel", "4.bias"}
    assert look.weights["1.kernel"]["gradient_norm"] > 0
    lab.control(run_id, "resume")
    for _, event in heard:
        if isinstance(event, BatchesEnded) and event.step > look.step:
            break
    lab.control(run_id, "stop")
    assert lab.wait([run_id], 20)


@pytest.mark.slow
def test_checkpoint_early_stop_and_event_files(lab, tmp_path):
    plan = PLAN.but(
        epochs=6, look_inside=True, learning_rate=0.02, schedule=Schedule("cosine", 1.0), stopping=Stopping(3, checkpoint=True)
    )
    ids = lab.train(TINY, plan, ("tensorflow", "torch"))
    assert lab.wait(ids, 90)
    for run_id in ids:
        record = lab.record(run_id)
        assert record.status == "finished", record.failure
        assert record.layers_looked
        assert record.predictions_looked
        packed = capsule.write(record, lab.weights(run_id), events=lab.store.events(run_id), classes=record.started.classes)
        again = capsule.read(packed).folded()  # a capsule accepts every event of real runs
        assert (again.status, again.steps, again.epochs, again.best) == (
            record.status,
            record.steps,
            record.epochs,
            record.best,
        )
        last, best = lab.weights(run_id), lab.weights(run_id, best=True)
        assert list(last) == list(best)
        if record.best.epoch == len(record.epochs):
            assert all((last[name] == best[name]).all() for name in last)
        told = read_back(lab.tensorboard(run_id), tmp_path / run_id)
        assert len(told["train"]["scalars"]["batch_loss"]) == len(record.steps)
        assert len(told["train"]["histograms"]["weights/1.kernel"]) == len(record.layers_looked)
        assert (told["train"]["graph"] > 5) == (record.framework == "tensorflow")
        assert zipfile.ZipFile(io.BytesIO(lab.tensorboard(run_id))).testzip() is None
    (plain,) = lab.train(TINY, PLAN.but(epochs=1), ("torch",))
    assert lab.wait([plain], 60)
    with pytest.raises(StoreError, match="kept no weights of its best epoch"):
        lab.weights(plain, best=True)
