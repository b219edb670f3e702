"""The run store with problems: one bad record, a locked file, a slow disk, damage that SQLite does not find."""

import contextlib
import sqlite3
import threading
import time

import pytest

from clsf.errors import StoreError
from clsf.runs import store as store_module
from clsf.runs import writer
from clsf.runs.database import NAME
from clsf.runs.history import Query
from clsf.runs.store import RunStore
from tests.unit.test_runs_store import STORY, record, reopened, wait_until

HALF = "\ud83d"  # half an emoji


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.1)


def test_a_record_that_cannot_be_written_costs_only_itself(tmp_path, caplog):
    store = RunStore.open(tmp_path)
    bad = record("bad")
    object.__setattr__(bad.model, "name", HALF)  # which every entry point refuses
    store.create(bad)
    store.create(record("good"))
    store.append("good", STORY)
    assert store.settle(10)
    assert store.notice is None
    assert "could not be saved and is left out" in caplog.text
    store.close()
    with reopened(tmp_path) as again:
        assert [s.run_id for s in again.runs()] == ["good"]
        assert again.record("good").status == "finished"


def test_a_change_that_cannot_be_written_is_refused(tmp_path):
    with reopened(tmp_path) as store:
        store.create(record())
        for text in (HALF, "a\0b"):
            with pytest.raises(StoreError, match="half a letter"):
                store.history.describe("me", "run", text, "", ())
        with pytest.raises(StoreError, match="could not be saved"):
            store.history._write([("UPDATE marks SET name = ?", (HALF,))])
        store.history.describe("me", "run", "good", "", ())
        assert store.history.line("run").name == "good"


def test_a_file_locked_at_the_start_gets_all_runs_once_it_is_free(tmp_path):
    with reopened(tmp_path) as before:
        before.create(record("before"))
        before.append("before", STORY)
    other = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    store = RunStore.open(tmp_path)
    assert "locked" in str(store.notice)
    store.create(record())
    store.append("run", STORY[:2])
    store.history.describe("me", "run", "named meanwhile", "", ("tag",))
    assert [s.run_id for s in store.runs()] == ["run"]
    assert store.history.line("run").name == "named meanwhile"
    other.close()
    wait_until(lambda: store.notice is None)
    store.append("run", STORY[2:])
    assert store.settle(10)
    assert {s.run_id for s in store.runs()} == {"before", "run"}
    assert store.history.line("run").tags == ("tag",)
    store.close()
    with reopened(tmp_path) as again:
        assert again.record("run").status == "finished"
        assert len(again.events("run")) == len(STORY)
        assert again.history.line("run").name == "named meanwhile"


def test_a_disk_that_is_full_at_the_start_loses_nothing(tmp_path, monkeypatch):
    opened = store_module.open_file
    full = [True]

    def as_told(*given):
        if full[0]:
            raise sqlite3.OperationalError("database or disk is full")
        return opened(*given)

    monkeypatch.setattr(store_module, "open_file", as_told)
    store = RunStore.open(tmp_path)
    assert "disk is full" in str(store.notice)
    store.create(record())
    store.save_weights("run", b"weights")
    store.append("run", STORY)
    full[0] = False
    wait_until(lambda: store.notice is None)
    store.close()
    with reopened(tmp_path) as again:
        assert again.record("run").status == "finished"
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as file:
        assert file.execute("SELECT body FROM weights").fetchall() == [(b"weights",)]


def test_the_end_waits_for_whoever_holds_the_file(tmp_path):
    store = RunStore.open(tmp_path)
    other = sqlite3.connect(tmp_path / NAME, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    store.create(record())
    threading.Timer(1.5, other.close).start()
    store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as file:
        assert file.execute("SELECT run_id FROM runs").fetchall() == [("run",)]


def test_nobody_who_reads_waits_for_a_slow_disk(tmp_path, monkeypatch):
    with reopened(tmp_path) as first:
        first.create(record("old"))
        first.append("old", STORY)
    store = RunStore.open(tmp_path)
    put = writer._put
    monkeypatch.setattr(writer, "_put", lambda *given: time.sleep(1.0) or put(*given))
    store.create(record("new"))
    store.append("new", STORY[:1])
    time.sleep(0.1)  # the writer is busy
    began = time.monotonic()
    store.create(record("newer"))
    store.append("new", STORY[1:])
    assert {s.run_id for s in store.runs()} == {"old", "new", "newer"}
    assert store.record("old").status == "finished"
    assert store.record("new").status == "finished"
    assert len(store.events("new")) == len(STORY)
    assert store.group("group") == ["old", "new", "newer"]
    assert [line.run.run_id for line in store.history.find(Query("me"))] == ["old"]  # a list may lag a moment
    assert time.monotonic() - began < 0.5
    store.close()
    with reopened(tmp_path) as again:
        assert len(again.events("new")) == len(STORY)


@pytest.mark.parametrize(
    "damage",
    ["UPDATE sqlite_master SET sql = replace(sql, 'owner', 'ownxr') WHERE name = 'runs'",
     "UPDATE sqlite_master SET name = 'ruxs', tbl_name = 'ruxs', sql = replace(sql, 'TABLE runs', 'TABLE ruxs') WHERE name = 'runs'"],
    ids=["a column", "a table"],
)  # fmt: skip
def test_damage_that_sqlite_does_not_look_for_is_set_aside(tmp_path, damage):
    with reopened(tmp_path) as first:
        first.create(record())
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as file, file:
        for index in ("runs_by_owner", "runs_by_time", "runs_by_group"):
            file.execute(f"DROP INDEX {index}")
        file.execute("PRAGMA writable_schema = ON")
        file.execute(damage)
    with reopened(tmp_path) as store:
        assert "set aside as runs.sqlite.corrupt-" in str(store.notice)
        store.create(record("new"))
        assert [s.run_id for s in store.runs()] == ["new"]


@pytest.mark.parametrize(
    "column", ["created = 'yesterday'", "plan = '{{'", "plan = 'null'", "model = x'ff00'", "model_name = CAST(x'ff' AS TEXT)",
               "status = 7", "epochs = 'many'", "created = 1e300", "machine = x'00'", "framework = 'abacus'", "train_loss = 'low'"]
)  # fmt: skip
def test_a_damaged_row_costs_one_row(tmp_path, column):
    with reopened(tmp_path) as store:
        for name in ("one", "bad", "two"):
            store.create(record(name))
            store.append(name, STORY)
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as file, file:
        file.execute(f"UPDATE runs SET {column} WHERE run_id = 'bad'")  # noqa: S608
    with reopened(tmp_path) as store:
        assert store.notice is None
        assert {s.run_id for s in store.runs("me")} >= {"one", "two"}
        for sort in ("created", "optimizer", "learning_rate", "accuracy"):
            assert {line.run.run_id for line in store.history.find(Query("me", sort=sort))} >= {"one", "two"}
        assert {line.run.run_id for line in store.history.find(Query("me", text="digits"))} >= {"one", "two"}
        assert store.history.values("me")["data"] == ["digits"]
        assert {"one", "two"} <= set(store.group("group"))
        assert store.record("one").status == "finished"
        with contextlib.suppress(StoreError):  # it may still be readable
            store.record("bad")


@pytest.mark.parametrize("body", ["CAST(x'ff' AS TEXT)", "'{'", "'[]'", "x'00'", '\'{"event":"epoch_ended"}\''])
def test_a_damaged_event_costs_one_run(tmp_path, body):
    with reopened(tmp_path) as store:
        for name in ("one", "bad"):
            store.create(record(name))
            store.append(name, STORY)
        store.history.describe("me", "bad", "name", "", ())
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as file, file:
        file.execute(f"UPDATE events SET body = {body} WHERE run_id = 'bad' AND number = 1")  # noqa: S608
        file.execute("UPDATE marks SET tags = x'ff'")
    with reopened(tmp_path) as store:
        assert {s.run_id for s in store.runs()} == {"one", "bad"}
        assert len(store.history.find(Query("me"))) == 2
        assert store.record("one").status == "finished"
        with pytest.raises(StoreError, match="The run bad can't be read"):
            store.record("bad")
