"""The history of runs: only the owner finds, sorts, names, deletes and restores them; old files lose nothing."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time

import pytest

from clsf.engine.work import packed
from clsf.errors import StoreError
from clsf.events import EpochEnded, RunEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.database import NAME
from clsf.runs.history import KEPT_DAYS, SORTS, ExperimentRow, Query
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore
from tests.stores import waited_for
from tests.unit.test_runs_store import STORY, record

OLD_TABLES = """
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, group_id TEXT NOT NULL, framework TEXT NOT NULL, model TEXT NOT NULL, plan TEXT NOT NULL,
    model_name TEXT NOT NULL, data TEXT NOT NULL, planned_epochs INTEGER NOT NULL, created REAL NOT NULL, owner TEXT NOT NULL,
    race INTEGER NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, process_started REAL NOT NULL, program TEXT NOT NULL,
    machine TEXT NOT NULL DEFAULT '', versions TEXT NOT NULL DEFAULT '{}', status TEXT NOT NULL, updated REAL NOT NULL,
    parameters INTEGER, epochs INTEGER NOT NULL DEFAULT 0, seconds REAL, images_per_second REAL, train_loss REAL,
    train_accuracy REAL, validation_loss REAL, validation_accuracy REAL
);
CREATE INDEX runs_by_time ON runs (created);
CREATE INDEX runs_by_group ON runs (group_id);
CREATE TABLE events (run_id TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (run_id, number)) WITHOUT ROWID;
CREATE TABLE weights (run_id TEXT PRIMARY KEY, body BLOB NOT NULL);
PRAGMA user_version = 1;
"""
"""As the first version made them."""


def done(store, name="run", owner="me", accuracy=0.5, framework="torch", model="tiny", created=1.0, **plan) -> RunRecord:
    found = RunRecord(name, name, framework, preset(model), Plan("digits", epochs=2, **plan), created, owner)
    store.create(found)
    store.append(
        name,
        [
            EpochEnded(1, 1.0, 0.5, 1.0, accuracy, 0.6, 0.2, 50.0),
            RunEnded(framework, "finished", 1, 0.8, 50.0, 1.0, 0.5, 1.0, accuracy),
        ],
    )
    return found


def ids(lines) -> list[str]:
    return [line.run.run_id for line in lines]


# Finding.


def test_only_an_owners_runs_are_found(store):
    done(store, "mine")
    done(store, "yours", owner="you")
    assert ids(store.history.find(Query("me"))) == ["mine"]
    assert store.history.count(Query("me")) == 1
    assert ids(store.history.find(Query(""))) == []
    assert store.history.knows("you")
    assert not store.history.knows("nobody")
    assert store.history.trained("you")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"sort": "accuracy"}, ["b", "c", "a"]),
        ({"sort": "accuracy", "descending": False}, ["a", "c", "b"]),
        ({"sort": "optimizer", "descending": False}, ["c", "a", "b"]),
        ({"sort": "learning_rate"}, ["b", "a", "c"]),
        ({}, ["c", "b", "a"]),
        ({"text": "mlp"}, ["b"]),
        ({"text": "lenet torch"}, []),
        ({"framework": "tensorflow"}, ["c"]),
        ({"model": "tiny", "limit": 1, "offset": 1}, ["a"]),
        ({"text": "100%"}, ["a"]),
        ({"text": "a_b"}, []),
        ({"text": "' OR 1=1 --"}, []),
        ({"tag": "best"}, ["a"]),
        ({"tag": "bes"}, []),
        ({"status": "finished", "data": "digits"}, ["c", "b", "a"]),
        ({"status": "failed"}, []),
    ],
)
def test_runs_are_filtered_and_sorted(store, query, expected):
    done(store, "a", accuracy=0.2, created=1.0, optimizer="rmsprop", learning_rate=0.001)
    done(store, "b", accuracy=0.9, created=2.0, optimizer="sgd", learning_rate=0.01, model="mlp")
    done(store, "c", accuracy=0.3, created=3.0, optimizer="adam", learning_rate=0.0005, framework="tensorflow")
    store.history.describe("me", "a", "up to 100% sure", "", ["best", "of all"])
    assert ids(store.history.find(Query("me", **query))) == expected


def test_what_has_no_number_yet_comes_last_either_way(store):
    store.create(record("waits"))
    done(store, "done")
    for descending in (True, False):
        assert ids(store.history.find(Query("me", sort="accuracy", descending=descending))) == ["done", "waits"]


def test_every_order_is_possible_and_no_other(store):
    done(store)
    for sort in SORTS:
        assert ids(store.history.find(Query("me", sort=sort))) == ["run"]
    with pytest.raises(StoreError, match="Unknown sort"):
        store.history.find(Query("me", sort="created; DROP TABLE runs"))


def test_what_there_is_to_filter_by(store):
    done(store, "a", model="mlp")
    done(store, "b")
    done(store, "c", owner="you", model="lenet-5")
    store.history.describe("me", "b", "", "", ["x", "y"])
    assert store.history.values("me") == {"data": ["digits"], "model": ["mlp", "tiny"], "tag": ["x", "y"]}


def test_ten_thousand_runs_are_listed_within_a_second(store, tmp_path):
    done(store, "run")
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as connection, connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(runs)")]
        rest = ", ".join(column for column in columns if column not in ("run_id", "created"))
        connection.executemany(
            f"INSERT INTO runs (run_id, created, {rest}) SELECT ?, ?, {rest} FROM runs WHERE run_id = 'run'",  # noqa: S608
            [(f"run{n}", float(n)) for n in range(10_000)],
        )
        connection.executemany("INSERT INTO marks (run_id, name) VALUES (?, ?)", [(f"run{n}", f"n{n}") for n in range(10_000)])
    for query in (
        Query("me"),
        Query("me", sort="accuracy"),
        Query("me", text="n99"),
        Query("me", offset=9_500),
        Query("me", sort="name"),
    ):
        began = time.perf_counter()
        found, count = store.history.find(query), store.history.count(query)
        took = time.perf_counter() - began
        assert len(found) == min(count - query.offset, query.limit)
        assert took < 1, query
    assert count == 10_001


# Describing.


def test_name_note_and_tags_are_kept(store, tmp_path):
    done(store)
    store.history.describe("me", "run", "  the   good one ", " why: \n because ", ["b", "a", " b ", ""])
    again = waited_for(RunStore.open(tmp_path))
    [line] = again.history.find(Query("me"))
    again.close()
    assert (line.name, line.note, line.tags) == ("the good one", "why: \n because", ("b", "a"))
    assert (line.optimizer, line.learning_rate) == ("rmsprop", 0.001)


@pytest.mark.parametrize(
    ("name", "note", "tags", "message"),
    [
        ("n" * 81, "", [], "name has 81 characters"),
        ("", "n" * 4001, [], "note has 4001"),
        ("", "", ["t" * 31], "10 tags of 30 characters"),
        ("", "", [str(n) for n in range(11)], "these are 11"),
    ],
)
def test_what_is_too_long_is_said_and_nothing_kept(store, name, note, tags, message):
    done(store)
    with pytest.raises(StoreError, match=message):
        store.history.describe("me", "run", name, note, tags)
    assert store.history.line("run").name == ""


@pytest.mark.parametrize("owner", ["you", "", "me' OR '1'='1"])
def test_somebody_else_may_change_nothing(store, owner):
    done(store)
    history = store.history
    for change in (
        lambda: history.describe(owner, "run", "x", "", []),
        lambda: history.delete(owner, ["run"]),
        lambda: history.restore(owner, ["run"]),
        lambda: history.delete(owner, ["nowhere"]),
    ):
        with pytest.raises(StoreError, match="not one of your runs"):
            change()
    assert history.line("run").name == ""
    assert store.record("run").status == "finished"


def test_a_run_without_an_owner_is_nobodys_to_change(store):
    done(store, owner="")
    with pytest.raises(StoreError, match="not one of your runs"):
        store.history.delete("", ["run"])


# Deleting.


def test_a_deleted_run_is_gone_everywhere_and_comes_back_whole(store):
    kept = done(store)
    done(store, "other")
    store.save_weights("run", packed({}))
    before = repr(kept)
    store.history.delete("me", ["run"])
    assert ids(store.history.find(Query("me"))) == ["other"]
    assert [s.run_id for s in store.runs("me")] == ["other"]
    assert store.group("run") == []
    for ask in (store.record, store.weights):
        with pytest.raises(StoreError):
            ask("run")
    assert ids(store.history.find(Query("me", deleted=True))) == ["run"]
    store.history.restore("me", ["run"])
    assert repr(store.record("run")) == before.replace(
        "version=" + str(kept.version), "version=" + str(store.record("run").version)
    )
    assert store.weights("run") == {}
    assert store.history.count(Query("me", deleted=True)) == 0


def test_a_run_that_trains_is_not_deleted(store):
    store.create(record("live"))
    done(store, "over")
    with pytest.raises(StoreError, match="live still trains or waits"):
        store.history.delete("me", ["over", "live"])
    assert store.history.count(Query("me")) == 2


def test_what_was_deleted_long_ago_is_removed_for_good(tmp_path):
    store = waited_for(RunStore.open(tmp_path))
    for name in ("old", "new", "stays"):
        done(store, name)
    store.history.delete("me", ["old", "new"])
    store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as connection, connection:
        connection.execute("UPDATE marks SET deleted = ? WHERE run_id = 'old'", (time.time() - (KEPT_DAYS + 1) * 86_400,))
    store = waited_for(RunStore.open(tmp_path))
    assert ids(store.history.find(Query("me", deleted=True))) == ["new"]
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as connection:
        for table in ("runs", "events", "weights", "marks"):
            assert connection.execute(f"SELECT COUNT(*) FROM {table} WHERE run_id = 'old'").fetchone() == (0,)  # noqa: S608
    with pytest.raises(StoreError, match="not one of your runs"):
        store.history.restore("me", ["old"])
    store.close()


# Owners.


def test_runs_are_handed_over(store):
    done(store, "a")
    live = record("live", owner="me")
    store.create(live)
    store.history.begin(ExperimentRow("x", "me", "mine", 1.0, {}))
    store.history.tie(["a"], "x", 0)
    store.hand_over("me", "new")
    store.append("live", STORY)
    assert sorted(ids(store.history.find(Query("new")))) == ["a", "live"]
    assert store.history.find(Query("me")) == []
    assert live.owner == "new"
    assert [row.experiment_id for row in store.history.experiments("new")] == ["x"]


@pytest.mark.parametrize(("old", "new"), [("", "you"), ("me", ""), ("me", "me")])
def test_nobody_is_handed_what_belongs_to_nobody(store, old, new):
    done(store, "a")
    done(store, "nobodys", owner="")
    store.hand_over(old, new)
    assert store.history.line("a").run.owner == "me"
    assert store.history.line("nobodys").run.owner == ""


# Experiments.


def test_experiments_are_listed_as_long_as_they_have_runs(store):
    for n in range(3):
        done(store, f"run{n}")
    for name in ("one", "two"):
        store.history.begin(ExperimentRow(name, "me", name, float(len(name)), {"kind": "seeds"}))
    store.history.tie(["run1", "run0"], "one", 1)
    store.history.tie(["run2"], "one", 0)
    assert store.history.members("one") == [("run2", 0), ("run1", 1), ("run0", 1)]
    assert [row.name for row in store.history.experiments("me")] == ["one"]
    assert ids(store.history.find(Query("me", experiment="one", sort="name", descending=False))) == ["run2", "run1", "run0"]
    store.history.delete("me", ["run0", "run1", "run2"])
    assert store.history.experiments("me") == []
    store.history.rename_experiment("me", "one", " another  name ")
    assert store.history.experiment("one").name == "another name"
    with pytest.raises(StoreError, match="not one of your runs"):
        store.history.rename_experiment("you", "one", "theirs")


def test_a_name_is_kept_when_a_run_is_tied_later(store):
    done(store)
    store.history.describe("me", "run", "good", "", ["t"])
    store.history.tie(["run"], "x", 3)
    line = store.history.line("run")
    assert (line.name, line.tags, line.experiment, line.arm) == ("good", ("t",), "x", 3)


# Older files.


def test_a_file_of_the_first_version_keeps_its_runs(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as connection:
        connection.executescript(OLD_TABLES)
        plan = Plan("digits").to_json()
        for name in ("schedule", "l1", "stopping"):  # a field that old plans lack
            plan.pop(name, None)
        row = (
            "old", "g", "torch", json.dumps(preset("tiny").to_json()), json.dumps(plan), "tiny", "digits", 5, 1.0, "me", 0, "h", 1, 1.0,
            "{}", "m", "{}", "finished", 1.0, 1370, 1, 1.0, 50.0, 1.0, 0.5, 1.0, 0.75,
        )  # fmt: skip
        connection.execute(f"INSERT INTO runs VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        connection.execute("INSERT INTO weights VALUES ('old', ?)", (packed({}),))
        connection.commit()
    store = waited_for(RunStore.open(tmp_path))
    assert store.notice is None
    [line] = store.history.find(Query("me"))
    assert (line.run.validation_accuracy, line.name, line.tags, line.deleted) == (0.75, "", (), None)
    store.history.describe("me", "old", "still here", "", [])
    assert store.record("old").plan == Plan("digits")
    assert store.weights("old") == {}
    store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    again = waited_for(RunStore.open(tmp_path))
    assert again.history.line("old").name == "still here"
    again.close()
