"""The script's momentum follows the same rule as the run, also where the learning rate changes."""

from __future__ import annotations

import numpy as np
import pytest

from clsf.code import torch_loop
from clsf.code.job import Job
from clsf.plan import Plan, Plateau, Schedule

RATES = [0.1, 0.05, 0.2, 0.01, 0.01]


def stepped(source: str, plan: Plan, rates: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights after the steps, by the script's optimizer and by the run's; runs in torch's process."""
    import torch

    from clsf.backends.torch.optimizers import optimizer

    ends = []
    for own in (False, True):
        model = torch.nn.Linear(3, 2, dtype=torch.float64)
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(torch.arange(p.numel(), dtype=p.dtype).reshape(p.shape) / 7)
        if own:
            made = optimizer(plan, model.parameters())
        else:
            scope = {"torch": torch, "model": model, "LEARNING_RATE": plan.learning_rate}
            exec(source, scope)  # noqa: S102  what is tested here
            made = scope["optimizer"]
        for step, rate in enumerate(rates):
            made.param_groups[0]["lr"] = float(np.float32(rate))  # as Keras keeps it
            model.zero_grad()
            model(torch.tensor([[1.0, -2.0, step]], dtype=torch.float64)).square().sum().mul(0.01).backward()
            made.step()
        ends.append(np.concatenate([p.detach().numpy().ravel() for p in model.parameters()]))
    return ends[0], ends[1]


@pytest.mark.parametrize("rules", ["aligned", "native"])
@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
@pytest.mark.parametrize("changes", [{"schedule": Schedule("cosine")}, {"plateau": Plateau()}], ids=["schedule", "plateau"])
def test_a_changing_rate_acts_where_the_run_has_it(optimizer, rules, changes, torch):
    plan = Plan("digits", optimizer=optimizer, rules=rules, dtype="float64", **changes)
    script, run = torch.run(stepped, torch_loop.optimizer(Job(plan)), plan, RATES)
    np.testing.assert_allclose(script, run, rtol=0, atol=1e-7)  # the run's momentum goes through float32


@pytest.mark.parametrize("optimizer", ["momentum", "nesterov"])
def test_a_constant_rate_needs_no_rule_of_its_own(optimizer, torch):
    plan = Plan("digits", optimizer=optimizer, dtype="float64")
    source = torch_loop.optimizer(Job(plan))
    assert "torch.optim.SGD(" in source
    script, run = torch.run(stepped, source, plan, [0.1] * 5)
    np.testing.assert_allclose(script, run, rtol=0, atol=1e-7)
