"""Faults in a program's own loop and split: for each kind three programs with it, and three near misses without it."""

from __future__ import annotations

import pytest

from clsf.faults.catalogue import functions
from clsf.model.layers import keras_name
from clsf.reader.findings import faults, mended, wholly_mended
from clsf.reader.program import read
from tests.unit.reader_programs import RIGHT

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.fc1 = nn.Linear(8 * 6 * 6, 32)
        self.fc2 = nn.Linear(32, 10)
    def forward(self, x):
        x = F.relu(self.conv(x))
        {inside}
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return self.fc2(x)
"""

LOOP = """
import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn
digits = load_digits()
images, labels = digits.images.reshape(-1, 1, 8, 8) / 16, digits.target
rng = np.random.default_rng(0)
order = {order}
{split}
{net}
model = Net()
optimizer = torch.optim.Adam({parameters}, lr=0.001)
criterion = nn.CrossEntropyLoss()
def evaluate(x, y):
    model.eval()
    with torch.no_grad():
        return (model(torch.tensor(x, dtype=torch.float32)).argmax(1) == torch.tensor(y)).float().mean().item()
for epoch in range(20):
    {first}
    model.train()
    order = {mixed}
    for start in range(0, len(order), 32):
        batch = order[start:start + 32]
        inputs = {inputs}
        targets = torch.tensor(y_train[batch])
        optimizer.zero_grad()
        {forward}
        loss = criterion(outputs, targets)
        loss.backward()
        {step}
    print(epoch, loss.item(){told})
"""

USUAL = {
    "order": "rng.permutation(len(images))", "parameters": "model.parameters()", "first": "pass", "mixed": "rng.permutation(len(x_train))",
    "split": "x_val, y_val = images[order[:300]], labels[order[:300]]\nx_train, y_train = images[order[300:]], labels[order[300:]]",
    "inputs": "torch.tensor(x_train[batch], dtype=torch.float32)", "forward": "outputs = model(inputs)", "step": "optimizer.step()",
    "told": ", evaluate(x_val, y_val)", "net": NET.format(inside="pass"),
}  # fmt: skip


def torch_program(**changes: str) -> str:
    return LOOP.format(**USUAL | changes)


def inside(line: str) -> str:
    return torch_program(net=NET.format(inside=line))


def evaluated(line: str) -> str:
    return torch_program().replace("    model.eval()\n", f"    model.eval()\n    {line}\n")


def keras_program(layers: str = "", fit: str = "validation_data=(x_val, y_val)", split: str = "", before: str = "", optimizer: str = "'adam'") -> str:  # fmt: skip
    dense, flat = keras_name("Linear"), keras_name("Flat")
    return f"""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
{before or "x_train, x_test = x_train / 255.0, x_test / 255.0"}
{split or "x_val, y_val, x_train, y_train = x_train[:5000], y_train[:5000], x_train[5000:], y_train[5000:]"}
model = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(16, 3, activation="relu"), {layers} layers.{flat}(), layers.{dense}(10)])
model.compile({optimizer}, keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(x_train, y_train, epochs=10, {fit})
print(model.evaluate(x_test, y_test))
"""


NORM = f"layers.{keras_name('Batchwise')}"
ORDERED = "sorted_by = np.argsort(y_train[:, 0])\nx_train, y_train = x_train[sorted_by], y_train[sorted_by]"
SLOW = "keras.optimizers.Adadelta(0.001)"

HAS = {
    "in-place": [inside("x += 1"), inside("x *= 0.5"), inside("x = torch.sigmoid(x)\n        x -= 0.5")],
    "validation-sorted": [
        torch_program(order="np.argsort(labels)"), torch_program(order="labels.argsort()", split=USUAL["split"].replace("300", "400")),
        keras_program(fit="validation_split=0.2", split="y_train = y_train.ravel()\nsorted_by = np.argsort(y_train)\nx_train, y_train = x_train[sorted_by], y_train[sorted_by]"),
    ],
    "data-leak": [
        torch_program(split=USUAL["split"].replace("order[300:]", "order[:1400]")), keras_program(split="x_val, y_val = x_train[:5000], y_train[:5000]"),
        keras_program(split="x_val, y_val = x_train[-5000:], y_train[-5000:]\nx_train, y_train = x_train[1000:], y_train[1000:]"),
    ],
    "split-reshuffled": [
        torch_program(first=f"order = rng.permutation(len(images)); {USUAL['split'].replace(chr(10), '; ')}"),
        torch_program(first="x_train, x_val, y_train, y_val = train_test_split(images, labels)"),
        torch_program(first="mixed = rng.permutation(len(images)); x_val, x_train = images[mixed[:300]], images[mixed[300:]]"),
    ],
    "missing-parameters": [
        torch_program(parameters="model.fc2.parameters()"), torch_program(parameters="model.conv.parameters()"),
        torch_program(parameters="model.fc1.parameters()").replace("class Net(", "class Digits(").replace("model = Net()", "model = Digits()"),
    ],
    "nothing-trainable": [torch_program(step="pass"), torch_program(step="print(loss.item())"), torch_program(step="optimizer.zero_grad()")],
    "dtype": [
        torch_program(inputs="torch.tensor(x_train[batch]).double()"), torch_program(inputs="torch.from_numpy(x_train[batch]).to(torch.float64)"),
        torch_program(inputs="torch.from_numpy(x_train[batch]).to('cpu', torch.float64)"),
    ],
    "imbalance": [
        torch_program(split=USUAL["split"] + f"\nkept = (y_train == {n}) | ({drawn}(len(y_train)) < {share})\nx_train, y_train = x_train[kept], y_train[kept]")
        for n, drawn, share in ((0, "rng.random", 0.02), (3, "np.random.rand", 0.1), (1, "rng.uniform", 0.05)) if "rand" in drawn
    ] + [keras_program(split="few = (np.random.random(len(y_train)) < 0.01) | (y_train == 5)\nx_train, y_train = x_train[few], y_train[few]", fit="validation_split=0.1")],
    "validation-missing": [
        torch_program(told=""), keras_program(fit="batch_size=64"),
        keras_program(fit="batch_size=32", split="x_val, y_val, x_train, y_train = x_train[:5000], y_train[:5000], x_train[5000:], y_train[5000:]\nval_data = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(64)"),
    ],
    "api-misuse": [
        keras_program(f"layers.{keras_name('Convolution')}(8, kernel=3),"), keras_program(f"layers.{keras_name('Convolution')}(8, 3, pad='same'),"),
        torch_program(net=NET.format(inside="pass").replace("nn.Conv2d(1, 8, 3)", "nn.Conv2d(1, 8, kernel_size=3, strides=1)")),
    ],
    "name-overwritten": [
        torch_program(forward="outputs = model = model(inputs)"), torch_program(forward="model = model(inputs); outputs = model"),
        torch_program(forward="logits = outputs = model = model(inputs)"),
    ],
    "view-for-permute": [
        keras_program(before=f"x_train = tf.reshape(tf.transpose(x_train / 255, {turned}), [-1, 32, 32, {n}])") for turned, n in (("[0, 3, 1, 2]", 3), ("(0, 3, 1, 2)", 1))
    ] + [torch_program(inputs="torch.tensor(x_train[batch]).permute(0, 2, 3, 1).reshape(-1, 1, 8, 8)")],
    "bn-momentum": [
        keras_program(f"{NORM}(momentum=0.99998),"), keras_program(f"{NORM}(-1, 0.99999),"),
        torch_program(net=NET.format(inside="pass").replace("self.fc1 =", "self.norm = nn.BatchNorm2d(8, momentum=0.0005)\n        self.fc1 =").replace("F.relu(self.conv(x))", "F.relu(self.norm(self.conv(x)))")),
    ],
    "optimizer-default-lr": [
        keras_program(optimizer=SLOW), keras_program(optimizer=SLOW.replace("(0.001", "(learning_rate=0.001")),
        torch_program().replace("optim.Adam(", "optim.Adadelta("),
    ],
    "validation-augmented": [
        keras_program(split="turn = layers.RandomRotation(0.2)\nval_data = tf.data.Dataset.from_tensor_slices((x_train[:5000], y_train[:5000])).batch(64)\nval_data = val_data.map(lambda x, y: (turn(x, training=True), y))", fit="validation_data=val_data"),
        *(evaluated(f"x = {drawn}") for drawn in ("np.rot90(x, rng.integers(4), axes=(2, 3)).copy()", "x + np.random.normal(0, 0.1, x.shape)")),
    ],
    "dropout-always-on": [
        keras_program(f"layers.Lambda(lambda x: tf.nn.dropout(x, {rate})),") for rate in ("0.5", "rate=0.25", "0.1")
    ],
    "softmax-over-batch": [
        keras_program().replace("(10)])", f"(10), layers.Lambda(lambda z: tf.nn.{name}(z, {axis}))])") for name, axis in (("softmax", "axis=0"), ("softmax", "0"), ("log_softmax", "axis=0"))
    ],
    "softmax-then-logits-loss": [
        keras_program().replace("(10)])", f"(10), layers.Lambda({function})])") for function in ("tf.nn.softmax", "keras.activations.softmax", "lambda z: tf.nn.softmax(z)")
    ],
    "channel-order": [
        keras_program(before=f"x_train = np.transpose(x_train / 255, {turned})", fit="validation_split=0.1", split="pass") for turned in ("(0, 3, 1, 2)", "[0, 3, 1, 2]")
    ] + [keras_program(before="x_train = (x_train / 255).transpose(0, 3, 1, 2)", fit="validation_split=0.1", split="pass")],
}  # fmt: skip

NEAR = {
    "in-place": [inside("x = x + 1"), inside("x = F.max_pool2d(x, 1)\n        x += 1"), inside("y = x * 2\n        y += 1\n        x = y")],
    "validation-sorted": [
        torch_program(), torch_program(split="rng.shuffle(order)\n" + USUAL["split"], order="np.argsort(labels)"),
        keras_program(split="hardest = np.argsort(y_train[:, 0])\nprint(hardest[:10])", fit="validation_split=0.1"),
    ],
    "data-leak": [
        torch_program(), keras_program(), keras_program(split="x_val, y_val = x_train[:5000], y_train[:5000]\nx_train = x_train[5000:]\ny_train = y_train[5000:]"),
    ],
    "split-reshuffled": [
        torch_program(), torch_program(first="train_loss, val_loss, train_x, val_x = 0.0, 0.0, x_train[:32], x_val[:32]"),
        torch_program().replace("model = Net()\noptimizer = torch.optim.Adam(model.parameters(), lr=0.001)", "").replace(
            "    pass\n    model.train()", "    x_train, x_val, y_train, y_val = train_test_split(images, labels)\n    model = Net()\n    optimizer = torch.optim.Adam(model.parameters())\n    model.train()"),
    ],
    "missing-parameters": [
        torch_program(), torch_program(parameters="[{'params': model.conv.parameters()}, {'params': model.fc1.parameters()}, {'params': model.fc2.parameters()}]"),
        torch_program(parameters="model.fc2.parameters()").replace("optimizer =", "for p in model.conv.parameters():\n    p.requires_grad = False\noptimizer ="),
    ],
    "nothing-trainable": [torch_program(), torch_program(step="optimizer.step(); optimizer.zero_grad()"), keras_program()],
    "dtype": [
        torch_program(), torch_program(inputs="torch.tensor(x_train[batch]).float()"),
        torch_program(inputs="torch.tensor(x_train[batch]).double()").replace("model = Net()", "model = Net().double()"),
    ],
    "imbalance": [
        torch_program(), torch_program(split=USUAL["split"] + "\nkept = (y_train == 0) | (y_train == 1)\nx_train, y_train = x_train[kept], y_train[kept]"),
        torch_program(split=USUAL["split"] + "\nshown = (x_train[:, 0, 0, 0] == 0) | (rng.random(len(y_train)) < 0.02)"),
    ],
    "validation-missing": [torch_program(), keras_program(), keras_program(fit="batch_size=32", split="x_part, y_part = x_train[:5000], y_train[:5000]")],
    "api-misuse": [
        keras_program(f"layers.{keras_name('Convolution')}(8, kernel_size=3),"), keras_program(f"layers.{keras_name('Drop')}(rate=0.5),"), torch_program(),
    ],
    "name-overwritten": [torch_program(), torch_program(forward="outputs = model(inputs)\n        inputs = outputs"), keras_program()],
    "view-for-permute": [
        keras_program(before="x_train = tf.reshape(tf.transpose(x_train / 255, [0, 3, 1, 2]), [-1, 3072])"),
        keras_program(before="x_train = tf.transpose(tf.transpose(x_train / 255, [0, 3, 1, 2]), [0, 2, 3, 1])"), torch_program(),
    ],
    "bn-momentum": [keras_program(f"{NORM}(),"), keras_program(f"{NORM}(momentum=0.9),"), keras_program(f"{NORM}(momentum=0.999),")],
    "optimizer-default-lr": [
        keras_program(optimizer=SLOW.replace("0.001", "1.0")), keras_program(optimizer="keras.optimizers.Adam(0.001)"), torch_program(),
    ],
    "validation-augmented": [
        torch_program(), evaluated("order = rng.integers(len(x))"), evaluated("trial = torch.randn(4, 1, 8, 8)\n    model(trial)"),
        keras_program(split="turn = layers.RandomRotation(0.2)\ntrain_data = tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(64)\ntrain_data = train_data.map(lambda x, y: (turn(x, training=True), y))", fit="validation_split=0.1"),
    ],
    "dropout-always-on": [
        keras_program(f"layers.{keras_name('Drop')}(0.5),"), keras_program("layers.Lambda(lambda x: tf.nn.relu(x)),"), torch_program(),
    ],
    "softmax-over-batch": [
        keras_program().replace("(10)])", f"(10), layers.{layer}])") for layer in ("Softmax()", "Lambda(lambda z: tf.nn.softmax(z))", "Lambda(lambda z: tf.nn.softmax(z, axis=-1))")
    ],
    "softmax-then-logits-loss": [
        keras_program(), keras_program("layers.Lambda(tf.nn.relu),"), keras_program().replace("(10)])", "(10), layers.Lambda(tf.nn.softmax)])").replace("from_logits=True", "from_logits=False"),
    ],
    "channel-order": [
        keras_program(), keras_program(before="x_train = np.transpose(x_train / 255, (0, 2, 1, 3))", fit="validation_split=0.1", split="pass"),
        keras_program(before="x_train = np.transpose(np.transpose(x_train / 255, (0, 3, 1, 2)), (0, 2, 3, 1))", fit="validation_split=0.1", split="pass"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "source"), [(kind, source) for kind, some in HAS.items() for source in some])
def test_a_program_with_the_fault_is_found_out(kind, source):
    assert kind in {finding.kind for finding in faults(read(source))}


@pytest.mark.parametrize(("kind", "source"), [(kind, source) for kind, some in NEAR.items() for source in some])
def test_a_near_miss_is_none(kind, source):
    assert functions("in_code")[kind](read(source)) == []


@pytest.mark.parametrize("step", ["pass", "print(loss.item())"])
def test_a_step_that_is_never_taken_is_told_once_with_its_mend(step):
    told = [f for f in faults(read(torch_program(step=step))) if f.certainty == "certain"]
    assert [(f.kind, f.after.strip()) for f in told] == [("nothing-trainable", "optimizer.step()")]


def test_a_step_of_a_model_that_can_not_be_followed_is_missed_too():
    source = torch_program(step="pass").replace("model = Net()", "model = somewhere.network()")
    assert "nothing-trainable" in {f.kind for f in faults(read(source))}


def test_three_of_each():
    assert all(len(some) >= 3 for table in (HAS, NEAR) for some in table.values())
    assert set(HAS) == set(NEAR)


MENDED = (
    "in-place",
    "validation-sorted",
    "missing-parameters",
    "nothing-trainable",
    "dtype",
    "api-misuse",
    "optimizer-default-lr",
    "dropout-always-on",
)


@pytest.mark.parametrize("kind", MENDED)
def test_the_line_that_mends_it_does_away_with_it(kind):
    source = HAS[kind][0]
    assert functions("in_code")[kind](read(mended(read(source)))) == []


def test_the_usual_program_is_clean():
    for source in (torch_program(), keras_program()):
        assert [f.kind for f in faults(read(source)) if f.certainty != "smell"] == []


@pytest.mark.parametrize("name", ["update", "apply", "steps"])
def test_a_step_by_a_name_that_the_optimizer_does_not_have_is_one_fault_with_its_mend(name):
    source = RIGHT["torch-mlp"]
    line = next(n for n, text in enumerate(source.splitlines(), 1) if ".step()" in text)
    wrong = source.replace(".step()", f".{name}()")
    program = read(wrong)
    assert [(f.kind, f.line) for f in faults(program) if f.certainty == "certain"] == [("api-misuse", line)]
    assert wholly_mended(program).source.text == source
