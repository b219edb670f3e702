"""Pages with a disk that takes 300 ms for each write, and pages of runs with ids from an older version."""

from __future__ import annotations

import threading
import time

import pytest

from clsf.events import BatchesEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs import writer
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore
from clsf.ui.shared import identity
from tests.app.conftest import installed
from tests.app.fake_lab import FakeLab
from tests.app.seen import well
from tests.app.test_experiments import KEY, ME, StoredLab
from tests.unit.test_runs_store import STORY

MORE_SECONDS = 0.3  # per transaction
MOST_SECONDS = 0.3  # a page's time meanwhile


class OnlyStored(StoredLab):
    """A fake lab that trains nothing: all runs are in the store."""

    def group(self, run_id):
        return [self.store.record(other) for other in self.store.group(self.store.record(run_id).group)]


@pytest.fixture
def lab(monkeypatch, tmp_path) -> FakeLab:
    fake = OnlyStored(tmp_path)
    monkeypatch.setattr(identity, "cookie", lambda: KEY)
    yield installed(monkeypatch, fake)
    fake.store.close()


def kept(store: RunStore, run_id: str) -> None:
    """Store a finished run of the owner."""
    store.create(RunRecord(run_id, f"g{run_id}", "torch", preset("tiny", 10), Plan("digits", epochs=2), time.time(), ME))
    store.append(run_id, STORY)


@pytest.mark.parametrize("page", ["runs", "train", "compare"])
def test_no_page_waits_for_the_disk(open_app, lab, monkeypatch, page):
    kept(lab.store, "run0")
    lab.store.settle(10)
    app = well(open_app(page, run="run0"))
    put, over = writer._put, threading.Event()

    def slowly(connection, batches):
        time.sleep(MORE_SECONDS)
        return put(connection, batches)

    def seconds() -> float:
        took = []
        for _ in range(4):
            begun = time.monotonic()
            app.run()
            took.append(time.monotonic() - begun)
        return min(took)

    fast = seconds()
    monkeypatch.setattr(writer, "_put", slowly)
    lab.store.create(RunRecord("busy", "busy", "torch", preset("tiny", 10), Plan("digits", epochs=2), 1.0, "somebody"))

    def trained() -> None:
        step = 1
        while not over.wait(0.02):
            lab.store.append("busy", [BatchesEnded(1, step, (2.5,), (0.1,), (1.0,), 0.01, 50.0, 0.2)])
            step += 1

    thread = threading.Thread(target=trained)
    thread.start()
    try:
        time.sleep(2 * MORE_SECONDS)  # until the writer has noticed the slow disk
        slow = seconds()
    finally:
        over.set()
        thread.join()
    well(app)
    print(f"{page}: {fast:.3f} s beside a quick disk, {slow:.3f} s beside a slow one")
    assert slow <= max(MOST_SECONDS, fast + MORE_SECONDS / 2)  # the second is for a busy machine


def ids(count: int) -> list[str]:
    """Return ids as an older version drew them: with `__`, `-` and `_` in every place."""
    parts = ["__", "a__b", "-__-", "___", "__x__y", "x-__", "_-_", "--", "____", "Z__9"]
    return [f"{parts[n % 10]}{n:03}{parts[n * 7 % 10]}" for n in range(count)]


def test_runs_of_any_id_open(open_app, lab):
    """One browser opens their pages by links, one after the other; each page gives the link of its own run."""
    for run_id in ids(20):
        kept(lab.store, run_id)
    for page in ("runs", "train"):
        app = open_app(page, run=ids(1)[0])
        for run_id in ids(20):
            app.query_params["run"] = run_id
            app.run()
            assert not app.exception, run_id
            assert not app.error, run_id
            if page == "runs":
                assert any(each.value.endswith(run_id) for each in app.code), run_id
            assert "tiny" in " ".join(each.value for each in [*app.caption, *app.markdown, *app.subheader])
