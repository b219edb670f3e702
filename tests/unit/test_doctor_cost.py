"""While a run trains, it is looked at for faults so seldom that this costs at most a hundredth of its time."""

from __future__ import annotations

from clsf.ui.shared import doctor_view


def test_a_long_run_is_looked_at_less_and_less_often():
    looks = {doctor_view.looked_at(epochs) for epochs in range(1, 1001)}
    assert set(range(1, 11)) <= looks
    assert len(looks) < 65
    assert all(doctor_view.looked_at(epochs) <= epochs < 1.2 * doctor_view.looked_at(epochs) + 1 for epochs in range(1, 1001))
