"""Processing of gradients and weights besides the optimizer's rule: clipping, accumulating, weighting, averaging. The same in both frameworks."""

import pytest

from clsf.model.layers import Conv2D, Dense, Flatten
from clsf.model.spec import ModelSpec
from clsf.plan import CLIPPINGS, Clipping
from tests.parity.in_lockstep import compared, digits
from tests.sampled import sampled

CLOSE = 1e-12
SPEC = ModelSpec("small", (Conv2D(3, 3, activation="relu"), Flatten(), Dense(10)))

UPDATES = {
    **{f"clipped by {kind}": {"clipping": Clipping(kind, 0.02)} for kind in CLIPPINGS},
    "gathered": {"accumulate": 3},
    "gathered and clipped": {"accumulate": 2, "clipping": Clipping("norm", 0.02)},
    "balanced": {"balanced": True},
    "balanced, one-hot and smoothed": {"balanced": True, "loss": "categorical", "label_smoothing": 0.1},
    "averaged": {"average": 0.9},
}


QUICK = ("balanced, one-hot and smoothed",)


@pytest.mark.parametrize("name", sampled(UPDATES, QUICK))
@pytest.mark.parametrize("optimizer", sampled(["sgd", "adam"], ["sgd"]))
def test_both_frameworks_do_the_same(name, optimizer):
    done = compared(SPEC, digits(optimizer, **UPDATES[name]), steps=6)
    assert done.result.max_loss_difference <= CLOSE
    assert done.result.max_weight_difference <= CLOSE
    assert done.result.first_parting is None


@pytest.mark.parametrize("optimizer", sampled(["sgd", "adam"], ["sgd"]))
def test_mixed_precision_costs_lockstep_its_digits(optimizer):
    """bfloat16 keeps 8 bits, 1 part in 256; in float32 the difference here is 1e-6."""
    done = compared(SPEC, digits(optimizer, dtype="float32", mixed=True), steps=6)
    assert 1e-6 < done.result.max_loss_difference < 0.05
    assert done.result.steps == 6
