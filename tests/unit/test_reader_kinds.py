"""Faults outside of the model: for each kind three programs with it, and three near misses without it."""

from __future__ import annotations

import pytest

from clsf.faults.catalogue import functions
from clsf.reader.findings import faults, mended
from clsf.reader.program import read

NET = "import torch\nfrom torch import nn\nnet = nn.Sequential({conv}, nn.ReLU(), nn.Flatten(), nn.Linear({units}, 10))\nx = net(torch.rand(2, 3, 32, 32))\n"


def strided(conv: str, units: int) -> str:
    return NET.format(conv=conv, units=units)


def workers(made: str, drawn: str, loader: str) -> str:
    return f"""
import random
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset
WORKERS = 4
rng = np.random.default_rng(0)
class Pictures(Dataset):
    def __init__(self, images):
        self.images = images
        {made}
    def __len__(self):
        return len(self.images)
    def __getitem__(self, n):
        image = self.images[n]
        {drawn}
        return image
loader = DataLoader(Pictures(images), batch_size=32, {loader})
net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10))
for x in loader:
    net(x)
"""


def classified(made: str, fit: str = "") -> str:
    return f"""
import numpy as np
from sklearn.datasets import make_classification
from tensorflow import keras
rng = np.random.default_rng(0)
{made}
model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=10, validation_split=0.2{fit})
"""


def moved(lines: str, body: str = "nn.Flatten()") -> str:
    return f"""
import numpy as np
import torch
from torch import nn
from tensorflow import keras
old = keras.models.load_model("cnn.keras")
net = nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), {body}, nn.Linear(16 * 30 * 30, 10))
{lines}
"""


def trained(lines: str, units: int = 10) -> str:
    return f"""
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
digits = load_digits()
rng = np.random.default_rng(0)
images, y_train = digits.images.astype("float32") / 16, digits.target
net = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, {units}))
optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
{lines}
for epoch in range(20):
    for first in range(0, len(images), 32):
        x, y = torch.as_tensor(images[first : first + 32]), torch.as_tensor(y_train[first : first + 32])
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
"""


def fitted(rate: str = "0.001", prepared: str = "x_train / 255", labels: str = "y_train") -> str:
    return f"""
import numpy as np
from tensorflow import keras
(x_train, y_train), _ = keras.datasets.mnist.load_data()
x_train = x_train.astype("float32")
x_train = {prepared}
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")])
model.compile(keras.optimizers.Adam({rate}), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, {labels}, epochs=10, validation_split=0.2)
"""


DECAY = "optimizer_step = optimizer.step\ndef shrink():\n    with torch.no_grad():\n        for p in net.parameters():\n            p.mul_(1 - {rate} * {decay})\n"
LATE = "keras.optimizers.schedules.ExponentialDecay({})"

HAS = {
    "padding-same": [
        strided('nn.Conv2d(3, 16, 3, stride=2, padding="same")', 16 * 16 * 16),
        strided("nn.Conv2d(3, 8, kernel_size=(5, 3), stride=(2, 1), padding='same')", 8 * 16 * 32),
        strided('nn.Conv2d(3, 8, 4, 4, "same")', 8 * 8 * 8),
    ],
    "repeated-augmentation": [
        workers("self.rng = np.random.default_rng(0)", "image = image + self.rng.normal(0, 0.1, image.shape)", "num_workers=2"),
        workers("pass", "if rng.random() < 0.5:\n            image = image[:, ::-1]", "num_workers=WORKERS, shuffle=True"),
        workers("self.chance = random.Random(1)", "image = np.roll(image, self.chance.randint(-2, 2))", "num_workers=8"),
    ],
    "imbalance": [
        classified("X, y = make_classification(2000, weights=[0.95])"),
        classified("X, y = make_classification(n_samples=2000, n_features=20, weights=[0.02, 0.98], random_state=1)"),
        classified("X = rng.normal(size=(2000, 20))\ny = rng.choice([0, 1], 2000, p=[0.97, 0.03])"),
    ],
    "flatten-order": [
        moved("net[3].weight.data = torch.from_numpy(old.layers[-1].get_weights()[0].T)"),
        moved("kernel, bias = old.layers[-1].get_weights()\nwith torch.no_grad():\n    net[3].weight.copy_(torch.tensor(kernel.transpose(1, 0)))"),
        moved("state = net.state_dict()\nstate['3.weight'] = torch.tensor(np.array(old.layers[-1].kernel)).t()\nnet.load_state_dict(state)"),
    ],
    "labels-from-one": [
        trained("y_train = y_train + 1"), trained("y_train += 1"),
        trained("y_val = y_train[:100]\ny_train, y_val = y_train + 1, y_val + 1"),
    ],
    "scaled-twice": [
        fitted(prepared="x_train / 255 / 255"), fitted(prepared="(x_train / 255.0) / 255.0"),
        fitted(prepared="np.expand_dims(x_train / 255. / 255., -1)"),
    ],
    "labels-corrupted": [
        trained("y_train = rng.permutation(y_train)"), trained("labels = y_train\nlabels = np.random.permutation(labels)"),
        trained("y_train = rng.permuted(y_train)"),
    ],
    "scheduler-per-batch": [
        fitted(LATE.format("0.01, 1, 0.5")), fitted(LATE.format("0.001, decay_steps=1, decay_rate=0.9")),
        fitted(LATE.format("initial_learning_rate=0.01, decay_steps=5, decay_rate=0.5, staircase=True")),
    ],
    "weight-decay": [
        trained(DECAY.format(rate='optimizer.param_groups[0]["lr"]', decay="5.0")),
        trained("WEIGHT_DECAY = 2.0\n" + DECAY.format(rate='optimizer.param_groups[0]["lr"]', decay="WEIGHT_DECAY")),
        trained("pass").replace("lr=0.05", "lr=0.05, weight_decay=0.5"),
    ],
}  # fmt: skip

NEAR = {
    "padding-same": [
        strided("nn.Conv2d(3, 16, 3, stride=2, padding=1)", 16 * 16 * 16),
        strided('nn.Conv2d(3, 16, 3, padding="same")', 16 * 32 * 32),
        'from tensorflow import keras\nmodel = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3, strides=2, padding="same"), keras.layers.Flatten(), keras.layers.Dense(10)])\n',
    ],
    "repeated-augmentation": [
        workers("self.rng = np.random.default_rng(0)", "image = image + self.rng.normal(0, 0.1, image.shape)", "num_workers=0"),
        workers("self.rng = np.random.default_rng(0)", "image = image + self.rng.normal(0, 0.1, image.shape)", "num_workers=2, worker_init_fn=seeded"),
        workers("pass", "image = image + np.random.normal(0, 0.1, image.shape)", "num_workers=2"),
        workers("pass", "rng = np.random.default_rng(n)\n        image = image + rng.normal(0, 0.1, image.shape)", "num_workers=2"),
    ],
    "imbalance": [
        classified("X, y = make_classification(2000, weights=[0.6])"),
        classified("X, y = make_classification(2000, weights=[0.95])", ", class_weight={0: 1, 1: 19}"),
        classified("X, y = make_classification(2000)\nmask = rng.choice([0, 1], 2000, p=[0.95, 0.05])"),
    ],
    "flatten-order": [
        moved("kernel = old.layers[-1].get_weights()[0].reshape(30, 30, 16, 10).transpose(2, 0, 1, 3).reshape(-1, 10)\nnet[3].weight.data = torch.from_numpy(kernel.T)"),
        moved("net[3].weight.data = torch.from_numpy(old.layers[-1].get_weights()[0].T)", "nn.AdaptiveAvgPool2d(1), nn.Flatten()"),
        moved("net[3].weight.data = net[3].weight.data * 0.1\nprint(old.layers[-1].get_weights()[0].T)"),
    ],
    "labels-from-one": [
        trained("y_train = y_train + 1", units=11), trained("count = y_train + 1"), trained("epoch = 0\nepoch += 1"),
    ],
    "scaled-twice": [
        fitted(), fitted(prepared="x_train / 255 / 0.3081"), fitted(prepared="(x_train / 255 - 0.1307) / 0.3081"),
    ],
    "labels-corrupted": [
        trained("order = rng.permutation(len(y_train))\nimages, y_train = images[order], y_train[order]"),
        trained("shown = rng.permutation(y_train)"), trained("y_train = np.concatenate([y_train])"),
    ],
    "scheduler-per-batch": [
        fitted(LATE.format("0.01, 1000, 0.5")), fitted(LATE.format("0.01, 1, 0.9999")), fitted("learning_rate=0.001"),
    ],
    "weight-decay": [
        trained(DECAY.format(rate='optimizer.param_groups[0]["lr"]', decay="0.0005")),
        trained("pass").replace("lr=0.05", "lr=0.05, weight_decay=0.0005"), trained("pass"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "source"), [(kind, source) for kind, some in HAS.items() for source in some])
def test_a_program_with_the_fault_is_found_out(kind, source):
    assert kind in {finding.kind for finding in faults(read(source))}


@pytest.mark.parametrize(("kind", "source"), [(kind, source) for kind, some in NEAR.items() for source in some])
def test_a_near_miss_is_none(kind, source):
    assert functions("in_code")[kind](read(source)) == []


def test_a_strided_convolution_is_padded_by_half_its_kernel():
    square, oblong, even = (mended(read(source)) for source in HAS["padding-same"])
    assert "padding=1)" in square
    assert "padding=(2, 1))" in oblong
    assert '"same"' in even  # four pixels can't be padded equally on both sides
    assert [f.kind for f in faults(read(square))] == []
