"""`python -m clsf runs`: runs that ended long ago are removed, others stay, and the file becomes smaller and stays valid."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from types import SimpleNamespace

import numpy as np
import pytest

from clsf.cli import runs
from clsf.cli.main import main
from clsf.engine.work import packed
from clsf.errors import StoreError
from clsf.events import RunEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.database import NAME
from clsf.runs.history import ExperimentRow
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore
from tests.stores import waited_for
from tests.unit.test_runs_store import STORY

DAY = 86_400.0


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CLSF_HOME", str(tmp_path))
    return tmp_path


def make(store, name, days, owner="me", over=True):
    """Add a run that ended a number of days ago, with 800 kB of weights."""
    store.create(RunRecord(name, name, "torch", preset("tiny"), Plan("digits", epochs=2), time.time() - days * DAY, owner))
    store.append(name, STORY if over else STORY[:-1])
    store.save_weights(name, packed({"a": np.random.default_rng(0).normal(size=100_000)}))
    with contextlib.closing(sqlite3.connect(store._folder / NAME)) as file, file:
        file.execute("UPDATE runs SET updated = ? WHERE run_id = ?", (time.time() - days * DAY, name))


@pytest.fixture
def filled(home):
    store = waited_for(RunStore.open(home))
    make(store, "ancient", 90)
    make(store, "theirs", 60, owner="you")
    make(store, "fresh", 2)
    make(store, "live", 80, over=False)  # this process trains it
    yield store
    store.close()


def left(home):
    with contextlib.closing(sqlite3.connect(home / NAME)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = {row[0] for row in file.execute("SELECT run_id FROM runs")}
        assert {row[0] for row in file.execute("SELECT run_id FROM events UNION SELECT run_id FROM weights")} == found
    return found


def test_what_ended_long_ago_goes_and_a_live_run_never(filled, home, capsys):
    size = (home / NAME).stat().st_size + (home / f"{NAME}-wal").stat().st_size
    assert main(["runs", "prune", "--older-than", "30d"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("2 runs removed.\n")
    assert float(said.split()[3]) > 1.5  # MB, of two runs with 0.8 MB of weights each
    assert left(home) == {"fresh", "live"}
    assert (home / NAME).stat().st_size + (home / f"{NAME}-wal").stat().st_size < size - 1_500_000
    filled.append("live", STORY[-1:])  # the dashboard that has the file open keeps working
    assert filled.record("live").status == "finished"
    assert filled.notice is None


def test_a_dry_run_names_them_and_removes_nothing(filled, home, capsys):
    assert main(["runs", "prune", "--older-than", "30d", "--dry-run"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said[:-1]] == ["ancient", "theirs"]  # oldest first
    assert said[-1] == "2 runs would be removed."
    assert left(home) == {"ancient", "theirs", "fresh", "live"}


def test_of_one_owner_alone(filled, home):
    assert main(["runs", "prune", "--older-than", "0h", "--owner", "you"]) == 0
    assert left(home) == {"ancient", "fresh", "live"}


def test_deleted_runs_are_pruned_too_and_an_experiment_goes_with_its_last_run(filled, home):
    history = filled.history
    for name, members in (("gone", ["ancient"]), ("kept", ["theirs", "fresh"])):
        history.tie(members, name, 0)
        history.begin(ExperimentRow(name, "me", name, time.time(), {}))
    history.delete("me", ["ancient"])
    assert main(["runs", "prune", "--older-than", "30d"]) == 0
    assert left(home) == {"fresh", "live"}
    with pytest.raises(StoreError, match="There is no experiment gone"):
        history.experiment("gone")
    assert history.experiment("kept").name == "kept"
    assert history.members("kept") == [("fresh", 0)]


def test_a_file_that_somebody_writes_to_is_a_sentence_and_nothing_is_lost(filled, home, capsys, monkeypatch):
    found = []
    monkeypatch.setattr(runs, "AT_ONCE", 1)
    with contextlib.closing(sqlite3.connect(home / NAME, isolation_level=None)) as other:
        monkeypatch.setattr(runs.RunStore, "open", lambda: filled)

        def first_then_locked(run_ids):
            if found:
                other.execute("BEGIN IMMEDIATE")
            found.extend(run_ids)
            type(filled.history).remove(filled.history, run_ids)

        monkeypatch.setattr(filled.history, "remove", first_then_locked)
        monkeypatch.setattr(filled, "close", lambda patience=0: None)
        assert main(["runs", "prune", "--older-than", "30d"]) == 2
        said = capsys.readouterr().err
        assert "1 of 2 runs were removed" in said
        assert "locked" in said
        assert left(home) == {"theirs", "fresh", "live"}
        other.execute("ROLLBACK")


def test_a_file_that_can_not_be_opened_is_not_taken_for_an_empty_one(filled, home, capsys, monkeypatch):
    monkeypatch.setattr(runs, "WAIT_SECONDS", 0.2)
    filled.close()
    with contextlib.closing(sqlite3.connect(home / NAME, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        for command in (["list"], ["prune", "--older-than", "30d"]):
            assert main(["runs", *command]) == 2
            out, err = capsys.readouterr()
            assert out == ""
            assert "locked" in err
        other.execute("ROLLBACK")
    assert left(home) == {"ancient", "theirs", "fresh", "live"}


def test_the_list_is_newest_first_and_what_is_typed_is_whole(filled, capsys):
    assert main(["runs", "list", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["run_id"] for row in rows] == ["fresh", "theirs", "live", "ancient"]
    assert rows[0] | {"created": 0} == {
        "run_id": "fresh", "group": "fresh", "framework": "torch", "owner": "me", "created": 0, "status": "finished",
        "model": "tiny", "data": "digits", "planned_epochs": 2, "epochs": 1, "parameters": 650, "seconds": 0.8,
        "train_accuracy": 0.3, "validation_accuracy": 0.35, "beyond_the_plan": [],
    }  # fmt: skip
    assert main(["runs", "list", "--owner", "you", "--limit", "1"]) == 0
    said = capsys.readouterr().out
    assert "theirs" in said
    assert "ancient" not in said


@pytest.mark.parametrize("age", ["30", "d", "-3d", "3.5d", "30 days", "", "9999999d", "30d; rm"])
def test_an_age_that_is_none_is_refused_before_anything_is_opened(age, home, capsys):
    assert main(["runs", "prune", f"--older-than={age}"]) == 2
    assert "such as 12h, 30d or 8w" in capsys.readouterr().err
    assert not (home / NAME).exists()


def test_ages():
    assert [runs.seconds(age) for age in ("12h", "30d", "2w", " 1d ")] == [43_200, 2_592_000, 1_209_600, 86_400]


def test_nothing_to_remove_is_said(home, capsys):
    assert main(["runs", "prune", "--older-than", "1d"]) == 0
    assert capsys.readouterr().out == "0 runs removed.\n"


def test_a_run_that_ends_while_the_list_is_read_is_not_taken_for_an_old_one(filled):
    filled.append("live", [RunEnded("torch", "stopped", 1, 0.8, 50.0)])
    assert "live" not in {s.run_id for s in filled.history.old(time.time() - 30 * DAY)}


@pytest.mark.parametrize("columns", ["80", "160"])
def test_a_list_cuts_no_word_however_narrow_the_terminal(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", columns)
    summary = SimpleNamespace(
        run_id="a" * 12, created=0.0, framework="tensorflow", data="fashion-mnist", model="lecture-cnn", status="finished",
        epochs=5, planned_epochs=5, validation_accuracy=0.987, owner="cli",
    )  # fmt: skip
    monkeypatch.setattr(runs, "_opened", lambda: SimpleNamespace(runs=lambda *_: [summary], close=lambda: None))
    assert runs.show(SimpleNamespace(limit=5, owner=None, json=False)) == 0
    said = capsys.readouterr().out
    assert all(
        word in said for word in ("a" * 12, "tensorflow", "fashion-mnist", "lecture-cnn", "finished", "5/5", "98.7%", "cli")
    )
    assert max(map(len, said.splitlines())) <= int(columns)
