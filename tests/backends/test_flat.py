"""All parameters in one vector, and the number of threads by the size of a step. PyTorch only: Keras' graph fuses by itself."""

import pytest

from clsf.model.layers import Dense, Flatten
from clsf.model.spec import ModelSpec
from tests import inside
from tests.jobs import random_job


def test_parameters_in_one_vector_keep_values_layout_and_gradients(torch):
    told = torch.run(inside.flat_parameters)
    assert told["unchanged"]
    assert told["off"] == 0, "to the bit, also where a gradient lies otherwise in memory, or is missing"
    assert told["starts"] == [0, 0, 0]
    assert told["norm"] == pytest.approx(told["expected"], rel=1e-6)


@pytest.mark.parametrize(("units", "one"), [(8, True), (6_000, False)])
def test_small_steps_take_one_thread(torch, units, one):
    job = random_job(ModelSpec("m", (Flatten(), Dense(units), Dense(3))), (10, 10, 1), batch_size=32)
    threads, all_threads = torch.run(inside.threads_of, job)
    assert threads == (1 if one else all_threads)
