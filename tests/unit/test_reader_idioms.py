"""Ways of writing a program that are read: the model, the plan, and no fault where there is none."""

import json
import re

import pytest

from clsf.reader.answer import parameters
from clsf.reader.findings import faults
from clsf.reader.plan import plan_of
from clsf.reader.program import read
from tests.unit.reader_idioms import PROGRAMS

CASES = {
    head.split(" ", 1)[0]: (json.loads(head.split(" ", 1)[1]), body)
    for head, body in re.findall(r"(?ms)^### (.*?)\n(.*?)(?=^### |\Z)", PROGRAMS)
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_read(name):
    wanted, text = CASES[name]
    program = read(text)
    plan = json.loads(json.dumps(plan_of(program)[0].to_json()))
    got = {"parameters": parameters(program), **{key: plan[key] for key in wanted if key != "parameters"}}
    for key, value in wanted.items():
        part = {k: x for k, x in got[key].items() if k in value} if isinstance(value, dict) else got[key]
        assert part == value, key
    assert [(f.kind, f.line) for f in faults(program) if f.certainty != "smell"] == []


RATES = {
    "for g in optimizer.param_groups:\n            g['lr'] = 0.1 * (0.5 ** (epoch // 4))": ("step", 0.5, 4),
    "if epoch in (5, 10, 15):\n            for g in optimizer.param_groups:\n                g['lr'] *= 0.2": ("step", 0.2, 5),
    "optimizer.param_groups[0]['lr'] = 0.1 * 0.9 ** epoch": ("step", 0.9, 1),
    "optimizer.param_groups[0]['lr'] = 0.05 * (1 + math.cos(math.pi * epoch / 20))": ("cosine", 0.5, 1),
    "print(optimizer.param_groups[0]['lr'])": ("constant", 0.5, 1),
}


@pytest.mark.parametrize("line", RATES)
def test_a_learning_rate_that_a_loop_sets_is_a_schedule(line):
    program = read(
        "import math\nimport torch\nfrom torch import nn\nfrom torchvision import datasets, transforms\n"
        "loader = torch.utils.data.DataLoader(datasets.MNIST('.', transform=transforms.ToTensor()), 64, shuffle=True)\n"
        "net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        f"for epoch in range(20):\n        {line}\n        for x, y in loader:\n            optimizer.zero_grad()\n"
        "            nn.functional.cross_entropy(net(x), y).backward()\n            optimizer.step()\n"
    )
    schedule = plan_of(program)[0].schedule
    assert (schedule.kind, schedule.factor, schedule.every) == RATES[line]


@pytest.mark.parametrize(
    ("scheduler", "wanted"),
    [
        ("StepLR(opt, 3, 0.2)", ("step", 0.2, 3)),
        ("MultiStepLR(opt, milestones=[4, 8, 12], gamma=0.3)", ("step", 0.3, 4)),
        ("LambdaLR(opt, lambda e: 0.95 ** e)", ("step", 0.95, 1)),
        ("CosineAnnealingLR(opt, T_max=20)", ("cosine", 0.5, 1)),
        ("CyclicLR(opt, 0.01, 0.1)", ("constant", 0.5, 1)),
    ],
)
def test_schedulers_of_torch(scheduler, wanted):
    program = read(
        "import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        f"s = torch.optim.lr_scheduler.{scheduler}\nfor e in range(20):\n    loss = nn.CrossEntropyLoss()(net(x), y)\n"
        "    opt.zero_grad()\n    loss.backward()\n    opt.step()\n    s.step()\n"
    )
    plan, told = plan_of(program)
    assert (plan.schedule.kind, plan.schedule.factor, plan.schedule.every) == wanted
    assert any("CyclicLR" in str(what) for _, what in told) == ("Cyclic" in scheduler)
