"""A training that is over leaves nothing in its worker, which serves many."""

from __future__ import annotations

import gc
import json

import numpy as np
import pytest

from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from tests import inside
from tests.inside import Job
from tests.jobs import random_job, random_order


def left_behind(job: Job, order: np.ndarray) -> list[int]:
    """Train twice; return how many graphs (TensorFlow) or tensors with a gradient (PyTorch) the process holds after each."""
    counts = []
    for _ in range(2):
        inside.train(job, order)
        gc.collect()
        counts.append(sum(map(_belongs_to_a_run, gc.get_objects())))
    return counts


def _belongs_to_a_run(value: object) -> bool:
    kinds = {base.__name__ for base in type(value).__mro__}
    return "FuncGraph" in kinds or ("Tensor" in kinds and type(value).__module__.startswith("torch") and value.requires_grad)


def with_silu() -> ModelSpec:
    """TensorFlow's SiLU has a gradient of its own."""
    return ModelSpec.from_text(json.dumps(preset("tiny", 10).to_json()).replace('"relu"', '"silu"'))


@pytest.mark.parametrize(
    "job",
    [
        random_job(preset("tiny", 10), (8, 8, 1), images=24, optimizer="adam"),
        random_job(preset("tiny", 10), (8, 8, 1), images=24, rules="native"),
        random_job(with_silu(), (8, 8, 1), images=24),
        random_job(preset("tiny", 10), (8, 8, 1), images=24, variants={"tensorflow": "fit", "torch": "dataloader"}),
    ],
    ids=["aligned", "native", "SiLU", "each framework's own loop"],
)
def test_a_training_leaves_no_graph_and_no_tensor(framework, job):
    first, second = framework.run(left_behind, job, random_order(job, 3, 8))
    assert second == first
