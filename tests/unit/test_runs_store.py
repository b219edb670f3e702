"""The run store: what is written is read back, even after damage to the file or the end of the process."""

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest

from clsf import events
from clsf.engine.base import RunRequest
from clsf.engine.event_batcher import EventBatcher
from clsf.engine.running import Running
from clsf.engine.work import packed
from clsf.errors import StoreError
from clsf.events import BatchesEnded, EpochEnded, RunEnded, RunFailed, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs import writer
from clsf.runs.database import NAME
from clsf.runs.record import RunRecord
from clsf.runs.store import CACHED, GROUP_SECONDS, RunStore
from clsf.words import say
from tests.stores import waited_for

STARTED = RunStarted("torch", "loop", "cpu", 2, {"torch": "2"}, 2, 3, 9, 3, (8, 8, 1), 650, "a" * 16, "b" * 16, 0.5)
ENDED = RunEnded("torch", "finished", 1, 0.8, 50.0, 2.0, 0.3, 1.9, 0.35)
STORY = [
    STARTED,
    BatchesEnded(1, 1, (2.5, 2.25), (0.1, 0.2), (1.0, 1.5), 0.01, 50.0, 0.2),
    BatchesEnded(1, 3, (float("nan"),), (0.3,), None, 0.01, 50.0, 0.3),
    EpochEnded(1, 2.0, 0.3, 1.9, 0.35, 0.6, 0.2, 50.0),
    ENDED,
]


def record(run_id="run", group="group", framework="torch", owner="me", created=1.0):
    return RunRecord(run_id, group, framework, preset("tiny", 10), Plan("digits", epochs=2), created, owner)


@contextlib.contextmanager
def reopened(folder):
    opened = waited_for(RunStore.open(folder))
    yield opened
    opened.close()


def wait_until(true, seconds=10.0):
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    assert true()


def facts(found: RunRecord) -> str:
    return repr((found.model, found.plan, found.status, found.steps, found.epochs, found.ended, found.started, found.machine))


def test_a_run_is_read_back_as_it_was(store, tmp_path):
    mine = record()
    store.create(mine)
    store.started("run", "a machine")
    store.append("run", STORY[:2])
    store.append("run", STORY[2:])
    with reopened(tmp_path) as other:
        found = other.record("run")
        assert found is not mine
        assert facts(found) == facts(mine)
        assert other.notice is None


def test_the_same_object_grows(store):
    mine = record()
    store.create(mine)
    store.append("run", STORY[:2])
    assert store.record("run") is mine
    assert mine.status == "running"
    assert mine.version == 2


def test_unknown_run_is_a_sentence(store):
    with pytest.raises(StoreError, match="There is no run nowhere"):
        store.record("nowhere")
    with pytest.raises(StoreError, match="There is no run nowhere"):
        store.append("nowhere", [ENDED])


def test_weights_come_back_bit_for_bit(store, tmp_path):
    rng = np.random.default_rng(0)
    weights = {
        "1.kernel": rng.normal(size=(3, 3, 1, 8)).astype("float32"),
        "3.body.1.bias": np.array([np.nan, -0.0, np.inf, 5e-324]),
        "4.mean": np.zeros((0, 3), "float32"),
    }
    store.create(record())
    with pytest.raises(StoreError, match="no weights"):
        store.weights("run")
    store.save_weights("run", packed(weights))
    with reopened(tmp_path) as other:
        found = other.weights("run")
    assert list(found) == list(weights)
    for name, array in weights.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()


def test_weights_with_pickles_are_refused(store):
    store.create(record())
    store.save_weights("run", packed({"a": np.array([{}], dtype=object)}))
    with pytest.raises(StoreError, match="can't be read"):
        store.weights("run")


def test_runs_newest_first_and_by_owner(store):
    for n in range(4):
        store.create(record(f"run{n}", created=float(n), owner="me" if n % 2 else "you"))
    store.append("run3", STORY)
    assert [s.run_id for s in store.runs()] == ["run3", "run2", "run1", "run0"]
    assert [s.run_id for s in store.runs("me")] == ["run3", "run1"]
    assert [s.run_id for s in store.runs(limit=1)] == ["run3"]
    newest = store.runs()[0]
    assert (newest.status, newest.epochs, newest.planned_epochs, newest.validation_accuracy) == ("finished", 1, 2, 0.35)
    assert (newest.model, newest.data, newest.parameters, newest.seconds) == ("tiny", "digits", 650, 0.8)


def test_a_summary_from_the_file_is_the_one_from_memory(store, tmp_path):
    store.create(record())
    store.append("run", STORY[:4])
    live = store.runs()
    with reopened(tmp_path) as other:
        assert other.runs() == live


def test_group_in_the_order_of_frameworks(store):
    store.create(record("b", framework="torch"))
    store.create(record("a", framework="tensorflow"))
    store.create(record("c", group="another"))
    assert store.group("group") == ["a", "b"]


def test_a_group_is_asked_for_seldom_and_yet_never_old_where_this_program_changed_it(store, tmp_path, monkeypatch):
    clock, reads = [100.0], []
    monkeypatch.setattr("clsf.runs.store.time.monotonic", lambda: clock[0])
    read = store._read_group
    monkeypatch.setattr(store, "_read_group", lambda group, fresh: reads.append(group) or read(group, fresh))
    store.create(record("one", "g"))
    assert store.group("g") == ["one"]
    store.create(record("two", "g", created=2.0))
    assert store.group("g") == ["one", "two"]
    for run_id in ("one", "two"):
        store.append(run_id, STORY)
    reads.clear()
    store.group("g").clear()  # a copy
    assert [store.group("g") for _ in range(3)] == [["one", "two"]] * 3
    assert reads == []
    store.history.delete("me", ["one"])
    assert store.group("g") == ["two"]
    store.history.restore("me", ["one"])
    assert store.group("g") == ["one", "two"]
    with reopened(tmp_path) as other:
        other.history.delete("me", ["two"])
    clock[0] += GROUP_SECONDS + 0.1
    assert store.group("g") == ["one"]
    assert store.group("another") == []
    assert set(store._groups) == {"g", "another"}
    clock[0] += GROUP_SECONDS + 0.1
    store.group("g")
    assert set(store._groups) == {"g"}  # what nobody asks for is not cached


def test_many_records_are_not_all_kept(store):
    for n in range(CACHED + 5):
        store.create(record(f"run{n}", created=float(n)))
        store.append(f"run{n}", [ENDED])
    live = record("live")
    store.create(live)
    assert len(store._records) == CACHED + 1
    for n in range(CACHED + 5):
        assert store.record(f"run{n}").status == "finished"
    assert store.record("live") is live


def test_listeners_hear_all_from_the_first(store):
    store.create(record())
    store.append("run", STORY[:2])
    heard = []
    stop = store.listen("run", heard.append)
    store.append("run", STORY[3:])
    stop()
    store.append("run", [ENDED])
    assert [type(e).__name__ for e in heard] == ["RunStarted", "BatchesEnded", "EpochEnded", "RunEnded"]


# Other processes.


def forget(folder, **columns):
    """Make the run belong to another process."""
    with sqlite3.connect(folder / NAME) as connection:
        for name, value in columns.items():
            connection.execute(f"UPDATE runs SET {name} = ?", (value,))  # noqa: S608


def gone() -> int:
    """Return the id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_runs_of_a_dead_process_are_cut_off(store, tmp_path):
    store.create(record())
    store.append("run", STORY[:4])
    forget(tmp_path, pid=gone())
    with reopened(tmp_path) as other:
        found = other.record("run")
        assert found.status == "cut-off"
        assert found.ended.epochs == 1
        assert found.ended.validation_accuracy == 0.35
        assert found.ended.seconds == pytest.approx(0.3 + 0.2)
    with reopened(tmp_path) as again:  # once is enough
        assert again.record("run").version == 5


def test_a_process_id_that_was_given_again_counts_as_dead(store, tmp_path):
    store.create(record())
    forget(tmp_path, process_started=psutil.Process().create_time() - 1000)
    with reopened(tmp_path) as other:
        assert other.record("run").status == "cut-off"


@pytest.mark.parametrize(("silent", "status"), [(10, "queued"), (100_000, "cut-off")])
def test_a_run_of_another_machine_is_cut_off_when_long_silent(store, tmp_path, silent, status):
    store.create(record())
    forget(tmp_path, host="elsewhere", pid=gone(), updated=time.time() - silent)
    with reopened(tmp_path) as other:
        assert other.record("run").status == status


def test_two_processes_share_a_store(store, tmp_path):
    """The other process trains; this one reads its run meanwhile, and writes its own."""
    store.create(record("ours"))
    script = f"""
import sys, time
sys.path[:0] = {sys.path!r}
from tests.stores import waited_for
from tests.unit.test_runs_store import STORY, RunStore, record
store = waited_for(RunStore.open({str(tmp_path)!r}))
store.create(record("theirs"))
for event in STORY:
    store.append("theirs", [event])
    print(type(event).__name__, flush=True)
    sys.stdin.readline()
store.close()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    seen = None
    for number, event in enumerate(STORY, start=1):
        assert process.stdout.readline().strip() == type(event).__name__
        found = store.record("theirs")
        assert seen is None or found is seen or seen.over
        assert found.version == number
        assert not store.is_own("theirs")
        store.append("ours", [event])
        seen = found
        process.stdin.write("\n")
        process.stdin.flush()
    assert process.wait(20) == 0
    assert facts(store.record("theirs")) == facts(store.record("ours"))
    assert {s.run_id for s in store.runs()} == {"ours", "theirs"}


def test_threads_may_write_at_once(store, tmp_path):
    def train(name):
        store.create(record(name))
        for event in STORY:
            store.append(name, [event])

    threads = [threading.Thread(target=train, args=(f"run{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reopened(tmp_path) as other:
        assert {facts(other.record(f"run{n}")) for n in range(6)} == {facts(store.record("run0"))}


# Trouble with the file.


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.write_bytes(b"this is no database " * 500), id="not a database"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 20_000), id="half of it is rubbish"),
    ],
)
def test_a_corrupt_file_is_set_aside(tmp_path, damage):
    with reopened(tmp_path) as first:
        for n in range(20):
            first.create(record(f"run{n}"))
            first.append(f"run{n}", STORY)
    damage(tmp_path / NAME)
    with reopened(tmp_path) as store:
        assert "set aside as runs.sqlite.corrupt-" in str(store.notice)
        assert store.runs() == []
        store.create(record("new"))
        store.append("new", STORY)
    assert len(list(tmp_path.glob("runs.sqlite.corrupt-*Z"))) == 1
    with reopened(tmp_path) as again:
        assert again.notice is None
        assert again.record("new").status == "finished"


def test_a_folder_that_cannot_be_written_keeps_runs_in_memory(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with reopened(blocked / "home") as store:
        assert "They are kept until the app ends" in str(store.notice)
        store.create(record())
        store.append("run", STORY)
        assert [s.status for s in store.runs()] == ["finished"]


def test_a_store_of_a_newer_program_is_left_alone(tmp_path):
    with reopened(tmp_path):
        pass
    with sqlite3.connect(tmp_path / NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer program"):
        RunStore.open(tmp_path)


def test_a_locked_file_is_written_later(store, tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.2)
    store._writer._file.execute("PRAGMA busy_timeout = 50")
    store.create(record())
    blocker = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    for event in STORY:
        store.append("run", [event])
    store.save_weights("run", packed({"a": np.ones(2)}))
    store.create(record("second"))
    wait_until(lambda: store.notice is not None)
    assert "database is locked" in str(store.notice)
    assert store.record("run").status == "finished"
    assert [s.status for s in store.runs() if s.run_id == "second"] == ["queued"]
    assert store.weights("run")["a"].tolist() == [1, 1]
    assert len(store.events("run")) == len(STORY)
    blocker.execute("ROLLBACK")
    blocker.close()
    wait_until(lambda: store.notice is None)
    assert store.notice is None
    with reopened(tmp_path) as other:
        assert facts(other.record("run")) == facts(store.record("run"))
        assert other.weights("run")["a"].tolist() == [1, 1]


def test_a_full_disk_does_not_stop_a_run(store, tmp_path):
    store.create(record())
    pages = store._writer._file.execute("PRAGMA page_count").fetchone()[0]
    store._writer._file.execute(f"PRAGMA max_page_count = {pages}")
    store.append("run", STORY[:1])
    store.save_weights("run", packed({"a": np.ones(50_000)}))
    store.append("run", STORY[1:])
    assert "full" in str(store.notice)
    assert store.record("run").status == "finished"
    store._writer._file.execute("PRAGMA max_page_count = 1000000")
    store.close()
    with reopened(tmp_path) as other:
        assert other.record("run").status == "finished"
        assert other.weights("run")["a"].shape == (50_000,)


def test_a_run_that_this_program_does_not_understand_is_a_sentence(store, tmp_path):
    store.create(record())
    store.append("run", STORY)
    plan = json.dumps({"data": "digits", "colour_of_sky": "blue"})
    forget(tmp_path, plan=plan)
    with reopened(tmp_path) as other:
        with pytest.raises(StoreError, match="The run run can't be read: Unknown field 'colour_of_sky'"):
            other.record("run")
        assert len(other.runs()) == 1


def test_a_failure_keeps_its_sentence(store, tmp_path):
    store.create(record())
    store.append("run", [RunFailed(say("The {what} is {how}.", what=say("model"), how="large"))])
    with reopened(tmp_path) as other:
        assert str(other.record("run").failure) == "The model is large."


def test_what_is_written_beside_a_run(store, tmp_path):
    store.create(record())
    store.started("run", "Linux, 2 cores")
    store.append("run", STORY)
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as connection:
        row = connection.execute("SELECT host, pid, machine, versions, program FROM runs").fetchone()
    assert row[:3] == (socket.gethostname(), os.getpid(), "Linux, 2 cores")
    assert json.loads(row[3]) == {"torch": "2"}
    assert set(json.loads(row[4])) == {"clsf", "Python"}


def test_an_event_is_written_as_text_once_between_worker_and_file(tmp_path, monkeypatch):
    """The file holds the line that the worker wrote; the app does not encode it again."""
    written = []
    monkeypatch.setattr(events, "event_to_json", lambda event, real=events.event_to_json: written.append(event) or real(event))
    messages = []
    box = EventBatcher(messages.append)
    for event in STORY:
        box.tell(event)
    box.close()
    assert written == STORY
    run = Running(RunRequest("run", "torch", {}, {}, "group"))
    store = waited_for(RunStore.open(tmp_path))
    store.create(record())
    for message in messages:
        for told in run.take(message["number"], message["events"]):
            store.append("run", told)
    store.close()
    assert written == STORY, "encoded again on its way to the file"
    assert str(run.tally) == str(box.tally)
    rows = sqlite3.connect(tmp_path / NAME).execute("SELECT body FROM events ORDER BY number").fetchall()
    assert [body for (body,) in rows] == "\n".join(message["events"] for message in messages).split("\n")
