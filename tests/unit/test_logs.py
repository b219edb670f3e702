"""CSV tables as Keras writes them, and event files that TensorBoard's own reader reads back."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from clsf import inspection, logs
from clsf.events import BatchesEnded, EpochEnded, RunEnded, RunStarted
from clsf.inspection_events import LayersInspected
from clsf.logs import tensorboard
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.record import RunRecord

RATES = (0.5, 0.25, 0.125)


def weight(values: np.ndarray, ratio: float | None) -> dict:
    told = inspection.histogram(values)
    return {"weights": told, "gradients": told, "norm": 1.0, "gradient_norm": 1.0, "ratio": ratio}


VALUES = np.linspace(-1, 3, 50)


@pytest.fixture
def record() -> RunRecord:
    """Return a record of two epochs of three steps, with two looks inside."""
    record = RunRecord("abcdefghij", "g", "torch", preset("tiny", 10), Plan("digits", epochs=2), 1000.0)
    record.fold(RunStarted("torch", "loop", "cpu", 1, {}, 2, 3, 96, 32, (8, 8, 1), 650, "w", "o", 0.1))
    for epoch in (1, 2):
        record.fold(
            BatchesEnded(
                epoch, epoch * 3 - 2, (2.0, 1.5, 1.25), (0.25, 0.5, 0.75), (3.0, 2.0, 1.0), 0.125, 100.0, epoch * 1.5, RATES
            )
        )
        record.fold(EpochEnded(epoch, 1.5 / epoch, 0.5, 1.75 / epoch, 0.625, 1.5, 0.1, 100.0))
        record.fold(
            LayersInspected(
                epoch, epoch * 3, {"1.kernel": weight(VALUES, 0.01), "1.bias": weight(np.zeros(3), None)}, {"1": 0.25}, 0.1
            )
        )
    record.fold(RunEnded("torch", "finished", 2, 3.0, 100.0, 0.75, 0.5, 0.875, 0.625))
    return record


def test_the_table_of_epochs_has_the_columns_of_csvlogger(record):
    lines = list(csv.reader(io.StringIO(logs.epochs_csv(record))))
    assert lines == [
        ["epoch", "accuracy", "learning_rate", "loss", "val_accuracy", "val_loss"],
        ["0", "0.5", "0.125", "1.5", "0.625", "1.75"],
        ["1", "0.5", "0.125", "0.75", "0.625", "0.875"],
    ]


def test_the_table_of_steps_has_a_line_for_each(record):
    lines = list(csv.DictReader(io.StringIO(logs.steps_csv(record))))
    assert [line["step"] for line in lines] == ["1", "2", "3", "4", "5", "6"]
    assert [line["epoch"] for line in lines] == ["1", "1", "1", "2", "2", "2"]
    assert [float(line["learning_rate"]) for line in lines] == [*RATES, *RATES]
    assert [float(line["gradient_norm"]) for line in lines] == [3.0, 2.0, 1.0] * 2


def test_a_run_that_tells_no_gradients_and_one_that_has_not_begun(record):
    record.steps.gradient_norms = []
    assert next(csv.DictReader(io.StringIO(logs.steps_csv(record))))["gradient_norm"] == ""
    fresh = RunRecord("r", "g", "torch", preset("tiny", 10), Plan("digits"), 0.0)
    assert logs.epochs_csv(fresh).count("\n") == logs.steps_csv(fresh).count("\n") == 1
    assert zipfile.ZipFile(io.BytesIO(logs.tensorboard_zip(fresh))).namelist()


READ = """
import json, sys, types
sys.modules["tensorboard.compat.notf"] = types.ModuleType("tensorboard.compat.notf")  # TensorBoard's own way without TensorFlow
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator, STORE_EVERYTHING_SIZE_GUIDANCE
told = {}
for part in ("train", "validation"):
    read = EventAccumulator(sys.argv[1] + "/" + part, size_guidance=STORE_EVERYTHING_SIZE_GUIDANCE)
    read.Reload()
    tags = read.Tags()
    told[part] = {
        "scalars": {tag: [(e.step, e.value, e.wall_time) for e in read.Scalars(tag)] for tag in tags["scalars"]},
        "histograms": {
            tag: [(e.step, e.histogram_value.num, e.histogram_value.min, e.histogram_value.max, e.histogram_value.bucket,
                   e.histogram_value.bucket_limit, e.histogram_value.sum) for e in read.Histograms(tag)]
            for tag in tags["histograms"]
        },
        "tensors": {tag: [e.tensor_proto.string_val[0].decode() for e in read.Tensors(tag)] for tag in tags["tensors"]},
        "graph": len(read.Graph().node) if tags["graph"] else 0,
    }
told["loaded"] = [name for name in ("tensorflow", "torch") if name in sys.modules]
print(json.dumps(told))
"""


def read_back(content: bytes, folder) -> dict:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
        name = archive.namelist()[0].split("/")[0]
    done = subprocess.run(
        [sys.executable, "-c", READ, str(folder / name)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_tensorboards_own_reader_reads_it_back(record, tmp_path):
    told = read_back(logs.tensorboard_zip(record), tmp_path)
    train, validation = told["train"], told["validation"]
    assert told["loaded"] == []
    assert [(step, value) for step, value, _ in train["scalars"]["batch_loss"]] == [
        (1, 2.0), (2, 1.5), (3, 1.25), (4, 2.0), (5, 1.5), (6, 1.25),
    ]  # fmt: skip
    assert [value for _, value, _ in train["scalars"]["learning_rate"]] == [*RATES, *RATES]
    assert [(step, value) for step, value, _ in train["scalars"]["epoch_loss"]] == [(1, 1.5), (2, 0.75)]
    assert [(step, value) for step, value, _ in validation["scalars"]["epoch_loss"]] == [(1, 1.75), (2, 0.875)]
    assert [time for _, _, time in validation["scalars"]["epoch_accuracy"]] == [1001.5, 1003.0]
    assert set(train["scalars"]) == {
        "batch_loss", "batch_accuracy", "learning_rate", "gradient_norm", "epoch_loss", "epoch_accuracy",
        "update_ratio/1.kernel", "dead_relu/1",
    }  # fmt: skip
    assert set(train["histograms"]) == {"weights/1.kernel", "weights/1.bias", "gradients/1.kernel", "gradients/1.bias"}
    step, num, low, high, buckets, limits, total = train["histograms"]["weights/1.kernel"][0]
    assert (step, num, low, high, sum(buckets)) == (3, 50, -1, 3, 50)
    assert limits[-1] == pytest.approx(3)
    assert total == pytest.approx(VALUES.sum(), abs=50 * 4 / 60)
    assert '"optimizer": "rmsprop"' in train["tensors"]["plan"][0]
    assert train["graph"] == 0


def test_a_graph_is_handed_on(record, tmp_path):
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    graph = GraphDef()
    for name in ("images", "logits"):
        graph.node.add(name=name, op="Placeholder")
    told = read_back(logs.tensorboard_zip(record, graph.SerializeToString()), tmp_path)
    assert told["train"]["graph"] == 2


def test_a_long_run_is_thinned_out(record, monkeypatch, tmp_path):
    monkeypatch.setattr(tensorboard, "MOST_STEPS", 3)
    told = read_back(logs.tensorboard_zip(record), tmp_path)
    assert [step for step, _, _ in told["train"]["scalars"]["batch_loss"]] == [1, 3, 5]


def test_a_loss_that_is_no_number_is_written_too(record, tmp_path):
    record.fold(BatchesEnded(3, 7, (float("nan"),), (0.0,), (1.0,), 0.1, 100.0, 4.0))
    told = read_back(logs.tensorboard_zip(replace(record)), tmp_path)
    assert np.isnan(told["train"]["scalars"]["batch_loss"][-1][1])


def test_writing_logs_loads_no_framework():
    code = (
        "import sys; from clsf import logs; from clsf.runs.record import RunRecord; from clsf.model.presets import preset;"
        "from clsf.plan import Plan; logs.tensorboard_zip(RunRecord('r', 'g', 'torch', preset('tiny'), Plan('digits'), 0.0));"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'torch', 'keras', 'streamlit')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
