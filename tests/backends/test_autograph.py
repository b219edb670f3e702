"""TensorFlow rewrites no function of a training (AutoGraph): reading their source takes the first one most of a second."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

from clsf.model.presets import preset
from tests import inside
from tests.inside import Job
from tests.jobs import random_job, random_order


def rewritten(job: Job, order: np.ndarray) -> list[str]:
    """Return the names of our functions that AutoGraph is asked for while a run is trained, evaluated and looked at."""
    from tensorflow.python.autograph.impl import conversion

    ours = []
    is_unsupported = conversion.is_unsupported  # asked of each function before it is rewritten

    def heard(function: object) -> bool:
        if getattr(function, "__module__", "").startswith("clsf."):  # TensorFlow's own are not rewritten after all
            ours.append(function.__qualname__)
        return is_unsupported(function)

    with mock.patch.object(conversion, "is_unsupported", heard):
        inside.story(job)
        if job.plan.variants["tensorflow"] == "graph":
            backend = job.build()
            backend.train_steps(order, 0, keep_gradients=True)
            backend.observe(order[0], 1)
            backend.features(job.prepared.pixels[:2], 1)
            backend.graph()
    return ours


@pytest.mark.parametrize("variant", ["graph", "fit"])
@pytest.mark.parametrize("more", [{}, {"optimizer": "adam", "accumulate": 2, "average": 0.9}], ids=["plain", "averaged"])
def test_no_function_is_rewritten(tensorflow, variant, more):
    job = random_job(preset("tiny", 10), (8, 8, 1), images=24, batch_size=8, variants={"tensorflow": variant}, **more)
    assert tensorflow.run(rewritten, job, random_order(job, 3, 8)) == []
