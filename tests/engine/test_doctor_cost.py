"""While a run trains, looking at it for faults costs at most a hundredth of its time."""

from __future__ import annotations

import time

import pytest

from clsf.events import EpochEnded
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.ui.shared import doctor_view


def test_a_long_run_is_looked_at_less_and_less_often():
    looks = {doctor_view.looked_at(epochs) for epochs in range(1, 1001)}
    assert set(range(1, 11)) <= looks
    assert len(looks) < 65
    assert all(doctor_view.looked_at(epochs) <= epochs < 1.2 * doctor_view.looked_at(epochs) + 1 for epochs in range(1, 1001))


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_the_doctor_costs_a_hundredth_of_a_run_at_most(lab, framework):
    (run_id,) = lab.train(preset("tiny", 10), Plan("digits", epochs=25, batch_size=16), (framework,), owner="cli")
    spent, looks, begin = 0.0, 0, time.perf_counter()
    for _, event in lab.follow([run_id]):
        if isinstance(event, EpochEnded):
            before = time.process_time()
            doctor_view.verdicts(lab.record(run_id))
            spent, looks = spent + time.process_time() - before, looks + 1
    took = time.perf_counter() - begin
    assert looks == 25
    assert spent < 0.01 * took, f"{spent:.3f} s of {took:.1f} s"
    print(f"{spent:.4f} s of {took:.2f} s")
