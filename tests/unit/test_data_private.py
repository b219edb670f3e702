"""Private images are opened, saved and removed only with their owner's key; a run, a link, a name or a crafted job does not give access."""

import io
import json
import threading
import zipfile

import numpy as np
import pytest
from PIL import Image

from clsf import capsule
from clsf.capsule.taking import take_in
from clsf.code import script
from clsf.data import access, cache, catalogue, private
from clsf.data.imports import import_zip
from clsf.data.sources import open_dataset
from clsf.data.task import Task
from clsf.errors import DataError
from clsf.events import RunEnded, RunFailed, RunStarted
from clsf.inspection_events import PredictionsInspected, StepInspected
from clsf.logs.tensorboard import _text
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs import sharing
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore
from clsf.training_service import TrainingService
from clsf.words import say

pytestmark = pytest.mark.usefixtures("data_folder")

ANNA, BEN = "a" * 24, "b" * 24


@pytest.fixture
def name():
    """Return the name of Anna's set of two classes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for label, kind in enumerate(("cat", "dog")):
            for k in range(12):
                file = io.BytesIO()
                Image.new("RGB", (12, 12), (10 * k, 90 * label, 0)).save(file, "PNG")
                archive.writestr(f"{kind}/{k}.png", file.getvalue())
    return import_zip(out, title="Anna at the sea", private=ANNA).name


def of(owner):
    return access.working_for(owner)


def test_only_the_owner_opens_it(name):
    for owner in (ANNA, access.PROGRAM):
        with of(owner):
            assert len(open_dataset(name).train) == 24
            assert str(catalogue.called(name)) == "Anna at the sea"
    for owner in (BEN, access.NOBODY):
        with of(owner):
            assert not catalogue.is_cached(name)
            assert not private.use(name)
            assert catalogue.imported() == private.own() == []
            assert str(catalogue.called(name)) == "somebody's own images"
            for door in (open_dataset, catalogue.info):
                with pytest.raises(DataError, match="belong to somebody else"):
                    door(name)


def test_only_the_owner_saves_and_removes_it(name):
    for owner in (BEN, access.NOBODY):
        with of(owner):
            for deed in (lambda: private.save(name, "Mine now", everyone=True), lambda: private.remove(name)):
                with pytest.raises(DataError):
                    deed()
    assert cache.facts(name)["title"] == "Anna at the sea"
    with of(ANNA):
        private.save(name, "For all", everyone=True)
    with of(BEN):
        assert len(open_dataset(name).train) == 24
        with pytest.raises(DataError, match="who alone can save or remove"):
            private.save(name, "Ben was here", everyone=True)
        with pytest.raises(DataError, match="who alone can save or remove"):
            private.remove(name)
        assert private.own() == []
    with of(ANNA):
        assert private.own() == [name]
        private.save(name, "Mine again")
        assert len(open_dataset(name).train) == 24
    with of(BEN), pytest.raises(DataError, match="belong to somebody else"):
        open_dataset(name)
    with of(ANNA):
        private.remove(name)
    assert cache.names() == []


def test_a_thread_works_for_who_began_it(name):
    with of(ANNA):
        task = Task(lambda progress: len(open_dataset(name).train))
    assert task.wait(10)
    assert task.result == 24
    with of(BEN):
        task = Task(lambda progress: len(open_dataset(name).train))
    assert task.wait(10)
    assert "belong to somebody else" in str(task.failure)


def test_in_the_app_who_does_not_say_for_whom_is_nobody(name, monkeypatch):
    monkeypatch.setattr(access, "_asked_by", lambda: access.NOBODY)
    said = []
    thread = threading.Thread(target=lambda: said.append(catalogue.is_cached(name)))
    thread.start()
    thread.join()
    assert said == [False]


class _Engine:
    """Records the jobs that workers got."""

    def __init__(self):
        self.asked = []

    def listen(self, listener):
        pass

    def call(self, framework, function, *args, timeout):
        self.asked.append(args)

    def close(self):
        pass


@pytest.fixture
def lab(tmp_path):
    with TrainingService(_Engine(), RunStore.open(tmp_path / "home")) as lab:
        yield lab


def run(lab, name, owner=ANNA, run_id="r1"):
    record = RunRecord(run_id, "g", "torch", preset("two-block-cnn", 2), Plan(name), 1.0, owner)
    lab.store.create(record)
    started = RunStarted(
        framework="torch", input_shape=(12, 12, 3), parameters=1, train_images=19, validation_images=5, epochs=1,
        batches_per_epoch=1, weights_hash="w", order_hash="o", device="cpu", versions={}, threads=1, variant="loop",
        seconds=0.1, classes=("cat", "dog"),
    )  # fmt: skip
    maps = {"1": {"shape": [1], "maps": {"bytes": "c2VjcmV0", "shape": [1, 2, 3]}, "low": 0.0, "high": 1.0}}
    predictions = PredictionsInspected(0, 0, (0,), (0,), ((0, 1),), ((0.5, 0.5),), (0.5,), ((1, 0), (0, 1)), 0, maps, 0.1)
    step = StepInspected(1, 1, (0,), (0,), {"bytes": "c2VjcmV0", "shape": [1]}, 0.5, 0.5, 0.1, {}, 0.1)
    lab.store.append(run_id, [started, predictions, step, RunEnded("torch", "stopped", 0, 1.0, 1.0)])
    return run_id


def test_a_shared_run_holds_nothing_of_the_images(lab, name):
    run_id = run(lab, name)
    lab.history.describe(ANNA, run_id, "sea", "a private note", ["private-tag"])
    with of(ANNA):
        own, line = lab.record(run_id), lab.history.line(run_id)
        assert (own.plan.data, line.note, line.tags) == (name, "a private note", ("private-tag",))
        assert own is lab.store.record(run_id)
        assert own.steps_looked
        assert own.predictions_looked[0].activations
    with of(BEN):
        [seen], line = lab.group(run_id), lab.history.line(run_id)
        told = repr(seen) + repr(line) + repr(lab.record(run_id))
        assert seen.plan.data == line.run.data == catalogue.reference(name)
        assert (line.note, line.tags) == ("", ())
        assert seen.predictions_looked[0].confusion == ((1, 0), (0, 1))  # numbers stay
        files = capsule.write(seen, None, events=lab.store.events(run_id), classes=seen.started.classes)
        with zipfile.ZipFile(io.BytesIO(files)) as archive:
            told += "".join(archive.read(member).decode() for member in archive.namelist())
        told += capsule.file_name(seen) + repr(_text(seen))
        with pytest.raises(DataError, match="belong to somebody else"):
            script(seen.model, seen.plan, "torch")
    assert capsule.file_name(own).startswith("own-images-two-block-cnn-torch-")
    for secret in (name, "Anna at the sea", "private note", "private-tag", "c2VjcmV0"):
        assert secret not in told, secret


def test_a_failure_that_names_the_images_does_not_name_them_to_others(lab, name):
    run_id = run(lab, name, run_id="r2")
    record = lab.store.record(run_id)
    why = say("It could not be done. {why}", why=say("The files of the data set '{name}' are damaged.", name=name))
    record.failure, ended = why, RunFailed(why)
    with of(ANNA):
        assert name in str(lab.record(run_id).failure)
    with of(BEN):
        assert str(lab.record(run_id).failure) == (
            f"It could not be done. The files of the data set '{catalogue.reference(name)}' are damaged."
        )
    assert name not in str(sharing.told(ended).sentence)


def test_a_link_does_not_open_the_run_that_it_began_with(lab):
    plan = Plan("digits", begin_from="earlier-run1", epochs_before=3)
    record = RunRecord("r3", "g3", "torch", preset("two-block-cnn", 10), plan, 1.0, ANNA)
    lab.store.create(record)
    lab.store.append("r3", [RunEnded("torch", "stopped", 0, 1.0, 1.0)])
    lab.history.tie(["r3"], "experiment-of-anna", 0)
    with of(ANNA):
        assert lab.record("r3") is record
        assert lab.history.line("r3").happened.begun_from == "earlier-run1"
    with of(BEN):
        seen, line = lab.record("r3"), lab.history.line("r3")
        assert (seen.plan.begin_from, seen.plan.epochs_before) == ("earlie…", 3)
        assert "earlier-run1" not in repr(seen) + repr(line)
        assert "experiment-of-anna" not in repr(line)
    assert sharing.shared(plan).begin_from == sharing.shared(sharing.shared(plan)).begin_from == "earlie…"


def test_of_removed_images_the_link_shows_nothing_either(lab, name):
    run_id = run(lab, name)
    with of(ANNA):
        private.remove(name)
        assert lab.record(run_id).steps_looked
    with of(BEN):
        assert not lab.record(run_id).steps_looked
        assert lab.record(run_id).plan.data == catalogue.reference(name)


def test_no_job_opens_them_for_somebody_else(lab, name):
    crafted = [(name,), ({"data": name},), ([({"plan": json.dumps({"data": name})},)],), (Plan(name),)]
    for args in crafted:
        with of(BEN), pytest.raises(DataError, match="belong to somebody else"):
            lab.call("torch", "clsf.data.pick:pixels", *args)
    assert lab.engine.asked == []
    with of(ANNA):
        lab.call("torch", "clsf.data.pick:pixels", Plan(name).to_json(), [0], np.zeros(3))
    assert len(lab.engine.asked) == 1
    with of(BEN), pytest.raises(DataError, match="belong to somebody else"):
        lab.check(preset("two-block-cnn", 2), Plan(name))


def test_a_capsule_finds_its_owners_images_again_and_nobody_elses(lab, name):
    run_id = run(lab, name)
    with of(ANNA):
        content = capsule.write(lab.record(run_id), None, events=lab.store.events(run_id), classes=("cat", "dog"))
        assert name.encode() not in content
        mine = take_in(capsule.read(content), lab.store, ANNA)
        assert lab.store.record(mine).plan.data == name
    with of(BEN):
        theirs = take_in(capsule.read(content), lab.store, BEN)
    assert lab.store.record(theirs).plan.data == catalogue.reference(name)
    with of(BEN):  # as an older version wrote it, or somebody who knows the name
        assert sharing.resolved(Plan(name)).data == catalogue.reference(name)


def test_images_of_an_older_program_go_to_who_trained_with_them_first(lab, name):
    cache.change(name, owner="")
    run(lab, name, run_id="r1")
    run(lab, name, owner=BEN, run_id="r2")
    with of(BEN):
        lab.claim(name, BEN)
        assert not catalogue.is_cached(name)
    private.settle(lab.history.first_user)
    with of(ANNA):
        assert catalogue.is_cached(name)


def test_images_of_an_older_program_that_no_run_names_go_to_who_has_their_link(lab, name):
    cache.change(name, owner="")
    private.settle(lab.history.first_user)
    lab.claim(name, ANNA)
    lab.claim(name, BEN)
    with of(BEN):
        assert not catalogue.is_cached(name)
    with of(ANNA):
        assert private.own() == [name]


def test_images_are_handed_over_with_the_runs(lab, name):
    lab.hand_over(ANNA, BEN)
    with of(BEN):
        assert private.own() == [name]
    assert private.belongs(BEN)
    assert not private.belongs(ANNA)
