"""Peak memory is measured over a period, and is kept when the memory is freed."""

import numpy as np

from clsf.memory import PeakMemory


def test_a_short_peak_is_seen_after_it_is_gone():
    before = PeakMemory().megabytes()
    peak = PeakMemory()
    held = np.ones(20_000_000)  # 160 MB
    assert held.sum() == 20_000_000
    del held
    assert 150 < peak.megabytes() - before < 250


def test_a_new_stretch_forgets_the_peak_of_the_last():
    first = PeakMemory()
    held = np.ones(20_000_000)
    del held
    peak = first.megabytes()
    assert peak - PeakMemory().megabytes() > 100
