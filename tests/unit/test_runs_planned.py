"""Waiting runs of experiments are only in memory: each becomes a row when it begins; those that never begin leave nothing."""

from __future__ import annotations

import sqlite3

import pytest

from clsf.events import RunEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.database import NAME
from clsf.runs.history import ExperimentRow, Query
from clsf.runs.record import RunRecord


def planned(store, name="run", arm=0, framework="torch", owner="me", experiment="exp"):
    found = RunRecord(name, f"group-{arm}", framework, preset("tiny"), Plan("digits", epochs=2), 1.0, owner)
    store.plan(found, experiment, arm)
    return found


def rows(tmp_path, table="runs"):
    with sqlite3.connect(tmp_path / NAME) as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608


def test_a_planned_run_can_be_looked_at_but_is_in_no_file_and_no_list(store, tmp_path):
    found = planned(store)
    assert store.record("run") is found
    assert found.status == "queued"
    assert store.is_own("run")
    assert store.group("group-0") == ["run"]
    assert store.history.members("exp") == [("run", 0)]
    assert (store.history.waiting("me"), store.history.waiting("you")) == (1, 0)
    assert store.runs() == []
    assert store.history.find(Query("me")) == []
    store.settle(5)
    assert rows(tmp_path) == rows(tmp_path, "marks") == []


def test_it_is_made_as_it_begins_and_tied_to_its_experiment(store, tmp_path):
    found = planned(store, arm=3)
    store.started("run", "a machine")
    store.settle(5)
    assert store.record("run") is found
    assert found.status == "preparing"
    assert [line.arm for line in store.history.find(Query("me", experiment="exp"))] == [3]
    assert store.history.members("exp") == [("run", 3)]
    assert store.history.waiting("me") == 0
    assert len(rows(tmp_path)) == 1


def test_a_run_that_fails_before_it_begins_tells_why(store):
    planned(store)
    store.append("run", [RunEnded("torch", "stopped", 0, 0.0, 0.0)])
    assert [run.run_id for run in store.runs()] == ["run"]


def test_one_that_is_stopped_before_its_turn_leaves_nothing(store, tmp_path):
    found, heard = planned(store), []
    store.listen("run", heard.append)
    store.end_early("run", "stopped")
    assert found.over
    assert store.record("run").status == "stopped"  # for those who wait for it
    assert [type(event) for event in heard] == [RunEnded]
    assert store.history.members("exp") == []
    assert store.group("group-0") == []
    store.settle(5)
    assert rows(tmp_path) == []


def test_one_that_just_began_is_never_missing_among_the_members(store, monkeypatch):
    """With a slow disk it reaches the file late."""
    planned(store)
    began = store._writer.seen
    store._writer.settle = lambda *_, **__: False
    monkeypatch.setattr(type(store._writer), "seen", property(lambda _: began))
    monkeypatch.setattr(store.history, "_read", lambda *_: [])
    store.started("run", "a machine")
    assert store.history.members("exp") == [("run", 0)]


def test_an_experiment_is_listed_while_all_its_runs_wait_and_not_when_none_began(store):
    planned(store)
    store.history.begin(ExperimentRow("exp", "me", "mine", 2.0, {}))
    assert [row.experiment_id for row in store.history.experiments("me")] == ["exp"]
    store.end_early("run", "cut-off")
    assert store.history.experiments("me") == []
    store.history.purge(1.0)
    assert store.history.experiment("exp").name == "mine"
    store.history.purge(3.0)
    store.settle(5)
    with pytest.raises(Exception, match="There is no experiment exp"):
        store.history.experiment("exp")


def test_an_experiment_that_can_not_be_written_yet_is_there(store, monkeypatch):
    """As when another program locks the file."""
    monkeypatch.setattr(store.history._writer, "write", lambda batch: 10**9)
    monkeypatch.setattr(store.history._writer, "require", lambda *_: None)
    store.history.begin(ExperimentRow("exp", "me", "mine", 2.0, {"kind": "seeds"}))
    assert store.history.experiment("exp").body == {"kind": "seeds"}


def test_a_new_key_takes_along_what_waits(store):
    found = planned(store)
    store.hand_over("me", "new me")
    assert found.owner == "new me"
    assert store.history.waiting("new me") == 1
