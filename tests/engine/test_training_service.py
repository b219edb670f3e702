"""The lab with the real frameworks, as pages and the command line use it, from the settings to the weights."""

import subprocess
import sys
import time

import numpy as np
import pytest

from clsf.engine.base import EngineState, WorkerState
from clsf.engine.cluster import STOP_SECONDS
from clsf.errors import ClsfError, DataError, EngineError, SpecError, StoreError
from clsf.events import BatchesEnded, EpochEnded, Paused, RunEnded, RunStarted
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.store import RunStore
from clsf.training_service import TrainingService, open_service
from tests.engine.test_control import TRIES

TINY = preset("tiny", 10)
PLAN = Plan("digits", epochs=2, device="cpu")
STEP = 0.1  # seconds; a chunk of steps may be under way


def test_both_frameworks_train_the_same_model_one_after_the_other(lab):
    ids = lab.train(TINY, PLAN, ("torch", "tensorflow"), owner="me")
    assert lab.wait(ids, 60)
    one, other = lab.group(ids[1])
    assert (one.framework, other.framework) == ("tensorflow", "torch")
    assert [one.run_id, other.run_id] == ids
    assert (one.status, other.status) == ("finished", "finished"), (one.failure, other.failure)
    assert one.started.weights_hash == other.started.weights_hash
    assert one.started.order_hash == other.started.order_hash
    assert len(one.steps) == len(other.steps) == one.total_steps == 72
    np.testing.assert_allclose(one.steps.losses, other.steps.losses, rtol=1e-3)  # float32, 72 steps
    assert one.machine == other.machine != ""
    weights = [lab.weights(run_id) for run_id in ids]
    assert [{name: array.shape for name, array in w.items()} for w in weights].count(
        {"1.kernel": (3, 3, 1, 8), "1.bias": (8,), "4.kernel": (128, 10), "4.bias": (10,)}
    ) == 2
    assert {s.run_id for s in lab.recent("me", 2)} == set(ids)
    assert lab.recent("somebody else", 2) == []
    assert lab.notice() is None


def test_follow_tells_the_whole_story(lab):
    (run_id,) = lab.train(TINY, PLAN, ("torch",))
    events = [event for who, event in lab.follow([run_id]) if who == run_id]
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunEnded)
    steps = [loss for e in events if isinstance(e, BatchesEnded) for loss in e.losses]
    assert steps == lab.record(run_id).steps.losses
    assert sum(isinstance(e, EpochEnded) for e in events) == 2


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_commands_reach_a_real_run_in_time(lab, framework):
    (run_id,) = lab.train(TINY, PLAN.but(epochs=1000), (framework,))
    record, told = lab.record(run_id), []
    stop = lab.subscribe(run_id, lambda event: told.append((time.monotonic(), event)))

    def until(condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, (record.status, record.failure)
            time.sleep(0.01)
        return time.monotonic()

    until(lambda: len(record.steps) > 100, 30)
    waits = []
    for _ in range(TRIES):
        began = time.monotonic()
        lab.control(run_id, "pause")
        waits.append(until(lambda: record.status == "paused") - began)
        at = len(record.steps)
        lab.control(run_id, "step")
        until(lambda at=at: len(record.steps) == at + 1)
        lab.control(run_id, "resume")
        until(lambda at=at: len(record.steps) > at + 1)
        if min(waits) < 0.3 + STEP:
            break
    assert min(waits) < 0.3 + STEP
    lab.control(run_id, "learning_rate", 0.25)
    until(lambda: record.learning_rate == 0.25)
    assert lab.call(framework, "clsf.engine.work:ping") > 0
    began = time.monotonic()
    lab.control(run_id, "stop")
    assert lab.wait([run_id], 10)
    assert time.monotonic() - began < STOP_SECONDS  # it stopped; test_control.py measures how fast, without a framework
    assert (record.status, record.ended.framework) == ("stopped", framework)
    assert any(isinstance(event, Paused) for _, event in told)
    stop()
    assert lab.weights(run_id)  # from the moment it was stopped


def test_workers_load_their_framework_and_nothing_of_the_other(lab):
    for framework, other in (("tensorflow", "torch"), ("torch", "tensorflow")):
        loaded = lab.call(framework, "clsf.engine.work:loaded_modules")
        assert framework in loaded
        assert other not in loaded
        assert not {"streamlit", "plotly"} & set(loaded)  # (Keras imports pandas)


def test_the_state_names_both_workers(lab):
    state = lab.state()
    assert {(w.framework, w.status) for w in state.workers} == {("tensorflow", "warm"), ("torch", "warm")}
    assert all(w.device and w.threads and w.memory_mb > 100 for w in state.workers)
    assert (state.kind, state.waiting) == ("local", 0)


@pytest.mark.parametrize(
    ("spec", "plan", "frameworks", "error", "message"),
    [
        pytest.param(preset("tiny", 7), PLAN, ("torch",), SpecError, "7.*10 classes", id="another number of classes"),
        pytest.param(TINY, PLAN.but(data="nothing"), ("torch",), DataError, "Unknown data set", id="no such data"),
        pytest.param(TINY, PLAN.but(batch_size=1200), ("torch",), DataError, "1200 images.*only 1150", id="batch too large"),
        pytest.param(
            TINY, PLAN.but(train_limit=16), ("torch",), DataError, "32 images.*only 16 to train on", id="too few images"
        ),
        pytest.param(TINY, PLAN, ("jax",), EngineError, "Unknown framework 'jax'", id="unknown framework"),
        pytest.param(TINY, PLAN, (), EngineError, "No framework was chosen", id="none"),
    ],
)
def test_mistakes_are_told_at_once_and_nothing_is_queued(lab, spec, plan, frameworks, error, message):
    before = len(lab.recent())
    with pytest.raises(error, match=message):
        lab.train(spec, plan, frameworks)
    assert len(lab.recent()) == before


def test_a_run_nobody_knows(lab):
    for ask in (lab.record, lab.group, lab.weights, lambda run_id: lab.control(run_id, "stop")):
        with pytest.raises(StoreError, match=r"no run nowhere|nowhere has no weights"):
            ask("nowhere")
    assert lab.place("nowhere") is None


def test_stop_of_a_group_in_the_queue(lab):
    ids = lab.train(TINY, PLAN.but(epochs=1000), ("tensorflow", "torch"))
    lab.control_group(lab.record(ids[0]).group, "stop")
    assert lab.wait(ids, 20)
    assert [lab.record(run_id).status for run_id in ids] == ["stopped", "stopped"]
    assert lab.record(ids[1]).ended.epochs == 0


# Without workers.


class StillEngine:
    """An engine that does nothing."""

    def __init__(self, devices=("cpu", "cpu"), kind="remote"):
        self.submitted, self.commands = [], []
        workers = (WorkerState(f, "warm", 1, "", d, 1, None) for f, d in zip(("tensorflow", "torch"), devices, strict=True))
        self._state = EngineState(kind, "", tuple(workers), 0)

    def listen(self, listener):
        self.listener = listener

    def admit(self, owner, start):
        self.admitted = owner, start

    def submit(self, request):
        self.submitted.append(request)

    def control(self, *command):
        self.commands.append(command)

    def position(self, run_id):
        return 0

    def state(self):
        return self._state

    def close(self):
        for request in self.submitted:
            self.listener.ended_early(request.run_id, "cut-off")


@pytest.mark.parametrize(
    ("devices", "device"),
    [(("cpu", "cpu"), "auto"), (("cpu", "H100"), "cpu"), (("H100", "H100"), "auto"), (("H100", "cpu"), "cpu")],
)
def test_a_comparison_uses_one_kind_of_device(tmp_path, devices, device):
    engine = StillEngine(devices)
    with TrainingService(engine, RunStore.open(tmp_path)) as lab:
        lab.train(TINY, Plan("digits"), ("tensorflow", "torch"))
        assert [request.plan["device"] for request in engine.submitted] == [device] * 2
        lab.train(TINY, Plan("digits"), ("torch",))
        assert engine.submitted[-1].plan["device"] == "auto"


def test_closing_cuts_runs_off(tmp_path):
    lab = TrainingService(StillEngine(), RunStore.open(tmp_path))
    (run_id,) = lab.train(TINY, PLAN, ("torch",))
    lab.close()
    lab.close()
    with TrainingService(StillEngine(), RunStore.open(tmp_path)) as again:
        assert again.record(run_id).status == "cut-off"


def test_ids_can_not_be_guessed(tmp_path):
    with TrainingService(StillEngine(), RunStore.open(tmp_path)) as lab:
        ids = {lab.train(TINY, PLAN, ("torch",))[0] for _ in range(20)}
        assert len(ids) == 20
        assert {len(run_id) for run_id in ids} == {12}


def test_an_engine_that_refuses_leaves_no_run_waiting(tmp_path):
    class Full(StillEngine):
        def submit(self, request):
            raise EngineError("200 runs wait already.")

    with TrainingService(Full(), RunStore.open(tmp_path)) as lab:
        with pytest.raises(ClsfError, match="200 runs wait"):
            lab.train(TINY, PLAN, ("tensorflow", "torch"))
        assert [s.status for s in lab.recent()] == ["failed", "failed"]


def test_a_run_of_another_program_is_not_ours_to_stop(tmp_path):
    theirs = TrainingService(StillEngine(), RunStore.open(tmp_path))
    (run_id,) = theirs.train(TINY, PLAN, ("torch",))
    with TrainingService(StillEngine(), RunStore.open(tmp_path)) as ours:
        assert ours.record(run_id).status == "queued"
        with pytest.raises(EngineError, match="is trained by another program"):
            ours.control(run_id, "stop")
    theirs.close()


def test_a_lab_is_light():
    """The app's process imports this; it must stay fast and small."""
    code = "import sys; import clsf.training_service; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"distributed", "dask", "tensorflow", "torch", "streamlit", "pandas", "sklearn"} & set(loaded.stdout.split())


def test_open_lab_without_a_cluster_says_so(monkeypatch, fresh_home):
    monkeypatch.setattr("clsf.engine.remote.CONNECT_SECONDS", 1)
    monkeypatch.setenv("CLSF_SCHEDULER", "tcp://127.0.0.1:9")
    with pytest.raises(EngineError, match="can't be reached"):
        open_service()
