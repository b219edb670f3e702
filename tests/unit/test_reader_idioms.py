"""Common styles of programs are read: the model, the plan, and no fault where there is none."""

import json
import re

import pytest

from clsf.code import script
from clsf.model.presets import preset
from clsf.plan import Plan
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


FAULTY = {
    "softmax-for-multilabel": """
from sklearn.datasets import make_multilabel_classification
from keras import Sequential
from keras.layers import Dense
x, y = make_multilabel_classification(n_samples=500, n_features=20, n_classes=4)
model = Sequential([Dense(16, activation='relu', input_shape=(20,)), Dense(4, activation='softmax')])  # <-
model.compile('adam', 'binary_crossentropy')
model.fit(x, y, epochs=10, validation_split=0.2)
""",
    "class-order": """
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers
train = tf.keras.utils.image_dataset_from_directory('train', image_size=(64, 64))
model = tf.keras.Sequential([layers.Rescaling(1 / 255), layers.Conv2D(8, 3, activation='relu'), layers.Flatten(), layers.Dense(3)])
model.compile('adam', tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(train, epochs=8)
class_names = ['dog', 'cat', 'bird']  # <-
print(class_names[np.argmax(model.predict(picture)[0])])
""",
    "colour-order": """
import cv2
import torch
from torch import nn
from torchvision import datasets, transforms
loader = torch.utils.data.DataLoader(datasets.CIFAR10('.', transform=transforms.ToTensor()), 64, shuffle=True)
net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(7200, 10))
opt = torch.optim.Adam(net.parameters())
for epoch in range(5):
    for x, y in loader:
        opt.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        opt.step()
image = cv2.imread('frog.png')  # <-
net.eval()
print(net(transforms.ToTensor()(image)[None]).argmax())
""",
    "in-place": """
import torch
from torch import nn
w = torch.randn(784, 10, requires_grad=True)
net = nn.Sequential(nn.Linear(4, 2))
for x, y in batches:
    loss = nn.functional.cross_entropy(x @ w, y)
    loss.backward()
    w -= 0.1 * w.grad  # <-
""",
    "nothing-trainable": """
import torch
from torch import nn
net = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
for p in net.parameters():  # <-
    p.requires_grad = False
opt = torch.optim.SGD(net.parameters(), lr=0.1)
""",
}


@pytest.mark.parametrize("kind", FAULTY)
def test_a_fault_outside_of_the_model_is_named_at_its_line(kind):
    text = FAULTY[kind]
    line = next(number for number, row in enumerate(text.split("\n"), 1) if "# <-" in row)
    assert (kind, line) in [(f.kind, f.line) for f in faults(read(text)) if f.certainty != "smell"]


def test_what_only_looks_like_one_of_them_is_none():
    mended = {
        "class-order": ("['dog', 'cat', 'bird']", "['bird', 'cat', 'dog']"),
        "colour-order": ("cv2.imread('frog.png')", "cv2.cvtColor(cv2.imread('frog.png'), cv2.COLOR_BGR2RGB)"),
        "in-place": ("    w -= 0.1 * w.grad", "    with torch.no_grad():\n        w -= 0.1 * w.grad"),
        "nothing-trainable": ("opt = torch", "net[3] = nn.Linear(64, 5)\nopt = torch"),
    }
    for kind, (old, new) in mended.items():
        assert old in FAULTY[kind]
        assert kind not in {f.kind for f in faults(read(FAULTY[kind].replace(old, new)))}


def test_what_is_asked_of_a_program_later_makes_no_fault():
    text = script(preset("residual"), Plan("shapes"), "torch")
    asked = read(text)
    plan_of(asked)
    assert [f.kind for f in faults(asked)] == [f.kind for f in faults(read(text))] == []


def test_a_window_may_hang_over_the_edge_where_sizes_are_rounded_up():
    lines = "import torch.nn as nn\nmodel = nn.Sequential(nn.Conv2d(1, 4, 3), nn.MaxPool2d(3, 2{}), nn.Flatten(), nn.Linear(4, 10))\nx = model(torch.rand(1, 1, 4, 4))\n"
    rounded, plain = (faults(read("import torch\n" + lines.format(more))) for more in (", ceil_mode=True", ""))
    assert [f.kind for f in rounded if f.kind == "shape"] == []
    assert [f.kind for f in plain if f.kind == "shape"] == ["shape"]
