"""A link only lets one look: a run obeys only its owner, ids can't be guessed, and users list only their own runs."""

from __future__ import annotations

import base64

import pytest

from clsf.errors import StoreError
from clsf.experiments import start
from clsf.experiments.sets import learning_rates
from clsf.experiments.values import Experiment
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.history import Query
from clsf.runs.store import RunStore
from clsf.runs.waiting import QueuePlace
from clsf.training_service import LINE_SECONDS, NEWCOMER_SECONDS, TrainingService
from tests.engine.test_training_service import StillEngine

PLAN = Plan("digits", epochs=2)
COMMANDS = ("pause", "resume", "step", "look", "stop", "learning_rate", "watch")


@pytest.fixture
def lab(tmp_path):
    engine = StillEngine()
    engine.asked = []
    engine.control = lambda run_id, command, value=None: engine.asked.append((run_id, command, value))
    lab = TrainingService(engine, RunStore.open(tmp_path))
    yield lab
    lab.close()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_somebody_else_is_refused_and_does_not_reach_the_engine(lab, command):
    [run_id] = lab.train(preset("tiny"), PLAN, ["torch"], owner="ann")
    for other in ("bob", "", "ANN", "ann "):
        with pytest.raises(StoreError, match="is not one of your runs"):
            lab.control(run_id, command, 0.1, owner=other)
    assert lab.engine.asked == []
    lab.control(run_id, command, 0.1, owner="ann")
    lab.control(run_id, command, 0.1)  # the program itself: the command line, background jobs
    assert lab.engine.asked == [(run_id, command, 0.1)] * 2


def test_a_run_without_an_owner_is_nobodys(lab):
    [run_id] = lab.train(preset("tiny"), PLAN, ["torch"])
    with pytest.raises(StoreError, match="is not one of your runs"):
        lab.control(run_id, "stop", owner="")
    assert lab.engine.asked == []


def test_an_experiment_is_stopped_by_its_owner_alone(lab):
    arms = tuple(learning_rates(preset("tiny"), PLAN, (0.1, 0.01)))
    found = start.find(lab, start.start(lab, Experiment("learning-rate", arms, ("torch",)), "ann", ""))
    with pytest.raises(StoreError, match="is not one of your runs"):
        start.stop(lab, found, "bob")
    assert lab.engine.asked == []
    start.stop(lab, found, "ann")
    assert len(lab.engine.asked) == 2


def test_names_notes_and_deletions_are_the_owners_too(lab):
    [run_id] = lab.train(preset("tiny"), PLAN, ["torch"], owner="ann")
    lab.store.end_early(run_id, "stopped")
    for change in (
        lambda: lab.history.describe("bob", run_id, "mine now", "", ()),
        lambda: lab.history.delete("bob", [run_id]),
        lambda: lab.history.delete("", [run_id]),
        lambda: lab.history.restore("bob", [run_id]),
    ):
        with pytest.raises(StoreError, match="is not one of your runs"):
            change()
    assert lab.history.line(run_id).name == ""
    assert lab.history.line(run_id).deleted is None


def test_each_lists_only_his_own(lab):
    [hers] = lab.train(preset("tiny"), PLAN, ["torch"], owner="ann")
    [his] = lab.train(preset("tiny"), PLAN, ["torch"], owner="bob")
    assert [s.run_id for s in lab.recent("ann")] == [hers]
    assert [line.run.run_id for line in lab.history.find(Query("bob"))] == [his]
    assert lab.history.find(Query("")) == []
    assert lab.history.find(Query("%")) == []  # a wildcard is not an owner
    assert lab.record(hers).owner == "ann"  # anyone with the id can look


def test_ids_have_at_least_64_random_bits(lab, monkeypatch):
    import secrets

    asked = []
    real = secrets.token_urlsafe
    monkeypatch.setattr(secrets, "token_urlsafe", lambda bytes_: asked.append(bytes_) or real(bytes_))
    ids = {lab.train(preset("tiny"), PLAN, ["torch"], owner=str(n))[0] for n in range(50)}
    assert len(ids) == 50
    assert min(asked) >= 8
    assert all(len(base64.urlsafe_b64decode(name + "=" * (-len(name) % 4))) >= 8 for name in ids)
    heads = {name[:4] for name in ids}
    assert len(heads) > 45  # no counter and no clock at the start


def test_the_place_of_a_run_in_the_queue_and_its_wait(lab, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("clsf.training_service.time.monotonic", lambda: clock[0])
    [first] = lab.train(preset("tiny"), PLAN, ["torch"], owner="ann")
    [second] = lab.train(preset("tiny"), PLAN, ["torch"], owner="bob")
    lab.engine.line = lambda: ([first], [second])
    assert lab.place(first) is None  # it does not wait
    said = lab.place(second)
    assert said.position == 1
    assert said.wait > 1.0
    lab.store.end_early(first, "stopped")
    lab.engine.line = lambda: ([], [second])
    assert lab.place(second) == said  # if asked again at once, it is not computed again
    clock[0] += LINE_SECONDS + 0.1
    assert lab.place(second) == QueuePlace(1, 0.0)
    lab.engine.line = lambda: ([second], [])
    [third] = lab.train(preset("tiny"), PLAN, ["torch"], owner="cat")
    lab.engine.line = lambda: ([second], [third])
    clock[0] += NEWCOMER_SECONDS + 0.1
    assert lab.place(third).position == 1  # an unknown one is looked up soon
    assert lab.place(second) is None
