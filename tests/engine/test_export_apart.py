"""Exports of real runs by real workers."""

import threading
import time

import pytest

from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.predict.kept import Exports

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_onnx_is_made_while_the_worker_answers_and_is_had_again_at_once(lab, framework):
    pytest.importorskip("onnx")
    (run_id,) = lab.train(preset("tiny", 10), Plan("digits", epochs=1, device="cpu"), (framework,))
    assert lab.wait([run_id], 120)
    record, exports, made = lab.record(run_id), Exports(), []
    thread = threading.Thread(target=lambda: made.append(exports.get(lab, record, "onnx")))
    thread.start()
    times = []
    while thread.is_alive():
        began = time.monotonic()
        lab.call(framework, "clsf.engine.work:ping", timeout=10)
        if thread.is_alive():
            times.append(time.monotonic() - began)
        time.sleep(0.2)
    assert sorted(times)[len(times) // 2] < 0.5  # the export takes seconds
    assert len(times) > 3
    assert exports.making(run_id) == {}
    assert exports.made(run_id) == ["onnx"]
    began = time.monotonic()
    assert exports.get(lab, record, "onnx") is made[0]
    assert time.monotonic() - began < 0.1
    import onnx

    onnx.checker.check_model(onnx.load_from_string(made[0]))
