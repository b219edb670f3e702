"""Networks of 200 to 400 layers: both frameworks and the printed source build them and give the same answers."""

from __future__ import annotations

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.code import STYLES, why_not
from tests import frameworks, inside
from tests.code_inside import outputs
from tests.jobs import random_job
from tests.parity.test_code_models import case, check
from tests.unit.test_brought import densenet_121, resnet_56

pytestmark = pytest.mark.slow

SHAPE = (32, 32, 3)
NETWORKS = pytest.mark.parametrize("make", [resnet_56, densenet_121])


@NETWORKS
@pytest.mark.parametrize(("dtype", "close"), [("float32", 1e-4), ("float64", 1e-11)])
def test_both_frameworks_answer_alike(both, make, dtype, close):
    """`close` is relative to the largest logit: a hundred layers accumulate rounding."""
    job = random_job(make(), SHAPE, images=4, start="kaiming", dtype=dtype)
    one, other = both(inside.logits, job, job.prepared.pixels)
    assert one.shape == other.shape == (4, 10)
    assert np.isfinite(one).all()
    assert np.ptp(one) > 0
    np.testing.assert_allclose(one, other, rtol=0, atol=close * np.abs(one).max())


@NETWORKS
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_source_in_every_style_gives_the_same(framework, make):
    spec = make()
    possible = [style for style, found in STYLES.items() if found.framework == framework and why_not(spec, style) is None]
    deep = case(framework, spec, SHAPE, 10)
    assert set(deep.sources) == set(possible)
    assert check([deep], frameworks.process(framework).run(outputs, framework, [deep])) == len(possible) >= 1
