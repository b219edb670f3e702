"""Reading programs in students' style: the model, the plan, the faults with their lines, and nothing else."""

from __future__ import annotations

import time

import pytest

from clsf.faults.catalogue import functions
from clsf.model.layers import ChannelShuffle, Conv2D, Dense
from clsf.reader import text
from clsf.reader.answer import parameters, to_json
from clsf.reader.findings import faults, mended
from clsf.reader.looks import sigmoid_for_softmax
from clsf.reader.plan import plan_of
from clsf.reader.program import read
from clsf.reader.translate import translated
from tests.unit.reader_programs import FAULTY, PROGRAMS, RIGHT

COUNTS = {
    "keras-cnn": 545_098,
    "keras-mlp": 535_818,
    "keras-binary": 289,
    "keras-functional": 5_034,
    "torch-cnn": 56_714,
    "torch-sequential": 60_746,
    "torch-mlp": 203_530,
    "torch-binary": 129,
}


def test_there_are_at_least_sixty_programs_of_both_frameworks():
    assert len(PROGRAMS) >= 60
    assert sum(name.startswith("torch") for name in PROGRAMS) >= 25


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_is_read_whole_and_comes_out_clean(name):
    program = read(RIGHT[name])
    assert program.framework == name.partition("-")[0]
    assert parameters(program) == COUNTS[name]
    assert [f for f in faults(program) if f.certainty != "smell"] == []


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name not in RIGHT])
def test_a_fault_is_named_at_its_line(name):
    source, wanted = PROGRAMS[name]
    program = read(source)
    assert program.spec is not None
    found = [(f.kind, f.line) for f in faults(program)]
    for kind, line in wanted:
        assert any(k == kind and abs(n - line) <= 2 for k, n in found), found


def test_no_check_fails_on_any_program():
    for name, (source, _) in PROGRAMS.items():
        program = read(source)
        for kind, in_code in functions("in_code").items():
            assert isinstance(in_code(program), list), (name, kind)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("keras-cnn", "sigmoid-with-categorical"), ("keras-cnn", "label-encoding"), ("keras-cnn", "lr-too-high"), ("keras-cnn", "missing-last-activation"),
     ("keras-cnn", "shape again"), ("keras-binary", "softmax-one-unit"), ("torch-cnn", "softmax-then-logits-loss"), ("torch-cnn", "missing-zero-grad"), ("torch-cnn", "missing-eval"),
     ("torch-cnn", "missing-train-mode"), ("torch-cnn", "shape"), ("torch-cnn", "graph-kept"), ("torch-cnn", "data-leak"), ("torch-mlp", "probabilities-into-nll")],
)  # fmt: skip
def test_the_mended_program_no_longer_has_it(name, kind):
    program = read(PROGRAMS[f"{name}: {kind}"][0])
    kind = kind.partition(" ")[0]
    assert kind in {f.kind for f in faults(program)}
    again = read(mended(program))
    assert kind not in {f.kind for f in faults(again) if f.certainty != "smell"}


@pytest.mark.parametrize(
    ("name", "broken", "new"),
    [
        ("torch-binary", "nn.Softmax(dim=1)", "nn.Sigmoid()"),
        ("torch-binary", "torch.softmax(self.out(x), dim=-1)", "torch.sigmoid(self.out(x))"),
        ("torch-binary", "F.log_softmax(x, dim=1)", None),
        ("torch-binary", "x.softmax(dim=1)", "x.sigmoid()"),
        ("keras-binary", 'Dense(1, activation="softmax")', 'Dense(1, activation="sigmoid")'),
        ("keras-binary", "layers.Softmax(axis=-1),", 'layers.Activation("sigmoid"),'),
        ("keras-binary", "tf.nn.softmax(layer(x), axis=-1)", "tf.nn.sigmoid(layer(x))"),
    ],
)  # fmt: skip
def test_a_sigmoid_in_place_of_a_softmax_takes_no_dimension(name, broken, new):
    program = read(f"{RIGHT[name]}\n# {broken}")
    last = len(program.source.lines)
    assert sigmoid_for_softmax(program, last) == (None if new is None else f"# {new}")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("for epoch in range(EPOCHS):", "for epoch in range(EPOCHS)"), ("    layers.Flatten(),  # 64\n", "    layers.Flatten()  # 64\n"),
     ("x = np.zeros((4, 4))", "x = np.zeros((4, 4)"), ("def step(images):", "def step(images)  # one batch")],
)  # fmt: skip
def test_a_mark_that_is_missing_is_put_in_and_the_rest_is_read(right, wrong):
    whole = f"import numpy as np\nEPOCHS = 3\nmodel = [\n    layers.Flatten(),  # 64\n    layers.Dense(3),\n]\n{right if right[0] != ' ' else 'for epoch in range(EPOCHS):'}\n    pass\n"
    if right.startswith("x"):
        whole = whole.replace("    pass\n", "")
    program = read(whole.replace(right, wrong))
    (finding,) = [f for f in faults(program) if f.kind == "syntax"]
    assert finding.new is not None
    assert mended(program) == whole.replace(right, wrong.replace("(images)", "(images):") if "def" in right else right)
    assert not read(mended(program)).source.broken


def test_a_line_that_no_mark_repairs_stays_as_it_is():
    source = RIGHT["torch-mlp"].replace("import torch\n", "import torch\nx = = 3\n")
    program = read(source)
    assert program.spec is not None
    assert mended(program) == source


@pytest.mark.parametrize(
    ("call", "new"),
    [("model(prepare(images))", "model(prepare(images), training=True)"), ("model( images, )", "model( images, training=True)"),
     ("model(images / 255)", "model(images / 255, training=True)")],
)  # fmt: skip
def test_the_training_flag_goes_into_the_models_own_call(call, new):
    source = f"""
import tensorflow as tf
from tensorflow import keras
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dropout(0.5), keras.layers.Dense(10)])
def prepare(images):
    return images / 255
for images, labels in data:
    with tf.GradientTape() as tape:
        logits = {call}
        loss = loss_fn(labels, logits)
    grads = tape.gradient(loss, model.trainable_variables)
    opt.apply_gradients(zip(grads, model.trainable_variables))
"""
    program = read(source)
    assert "missing-training-flag" in {f.kind for f in faults(program)}
    again = read(mended(program))
    assert "missing-training-flag" not in {f.kind for f in faults(again)}
    assert f"logits = {new}\n" in again.source.text


def test_the_plan_is_read():
    plan, assumed = plan_of(read(RIGHT["keras-cnn"]))
    assert (plan.data, plan.epochs, plan.batch_size, plan.optimizer, plan.learning_rate) == ("cifar10", 10, 64, "adam", 0.001)
    assert (plan.loss, plan.probabilities, plan.validation_share, plan.preparation.scale) == ("sparse", True, 0.1, "zero-one")
    assert assumed == []
    plan, _ = plan_of(read(RIGHT["keras-mlp"]))
    assert (plan.optimizer, plan.loss, plan.epochs, plan.batch_size) == ("nesterov", "categorical", 20, 128)
    plan, _ = plan_of(read(RIGHT["torch-sequential"]))
    assert (plan.optimizer, plan.learning_rate, plan.epochs, plan.batch_size) == ("momentum", 0.01, 12, 128)
    assert (plan.schedule.kind, plan.schedule.every, plan.schedule.factor, plan.augmentation.flip) == ("step", 5, 0.5, True)
    plan, _ = plan_of(read(RIGHT["torch-cnn"]))
    assert plan.preparation.scale == "minus-one-one"
    plan, _ = plan_of(read(RIGHT["keras-functional"]))
    assert plan.stopping.patience == 3


def test_what_could_not_be_read_is_told():
    told = to_json(read(RIGHT["keras-binary"]))
    assert any("stands for the program's own images" in text for text in told["assumed"])
    source = RIGHT["keras-cnn"].replace(
        "model.add(L.Flatten())", "model.add(L.Lambda(secret))\nmodel.add(L.SpecialLayer(3))\nmodel.add(L.Flatten())"
    )
    told = to_json(read(source))
    assert told["model"] is not None
    assert any(item["line"] == 17 and "SpecialLayer" in item["what"] for item in told["not_understood"])


def test_aliases_are_resolved_and_not_guessed():
    source = (
        RIGHT["torch-cnn"]
        .replace("import torch.nn as nn", "import torch.nn as knots")
        .replace("nn.", "knots.")
        .replace("torch.knots.", "torch.nn.")
    )
    assert read(source).spec == read(RIGHT["torch-cnn"]).spec
    own = "import torch.nn as nn\nclass Linear:\n    def __init__(self, *a): pass\n" + RIGHT["torch-binary"].replace(
        "nn.Linear(2, 32)", "Linear(2, 32)"
    )
    assert [type(x) for x in read(own).spec.layers] != [type(x) for x in read(RIGHT["torch-binary"]).spec.layers]


def test_old_spellings_of_keras():
    source = """
from keras.models import Sequential
from keras.layers.core import Dense, Activation, Flatten
from keras.layers.convolutional import Convolution2D, MaxPooling2D
model = Sequential()
model.add(Convolution2D(32, 5, 3, border_mode='same', init='uniform', subsample=(2, 2), input_shape=(28, 28, 1)))
model.add(Activation('relu'))
model.add(Flatten())
model.add(Dense(output_dim=10, init='uniform', activation='softmax'))
model.compile('sgd', 'categorical_crossentropy')
model.fit(x, y, nb_epoch=7)
"""
    program = read(source)
    first, *_, last = program.spec.layers
    assert (first.filters, first.kernel_size, first.strides, first.padding, first.activation) == (32, (5, 3), 2, "same", "relu")
    assert (last.units, last.activation) == (10, "softmax")
    assert plan_of(program)[0].epochs == 7


def test_loops_and_functions_that_build_are_followed():
    source = """
from tensorflow.keras import layers, models
cfg = {"filters": [16, 32, 64], "act": "relu"}
def block(m, f, **kw):
    m.add(layers.Conv2D(f, 3, padding="same", activation=cfg["act"], **kw))
    m.add(layers.MaxPooling2D(2))
net = models.Sequential()
for i, f in enumerate(cfg["filters"]):
    block(net, f, **({"input_shape": (32, 32, 3)} if i == 0 else {}))
net.add(layers.GlobalAveragePooling2D())
net.add(layers.Dense(len(cfg["filters"]) + 7, activation="softmax"))
"""
    spec = read(source).spec
    assert [layer.filters for layer in spec.layers if isinstance(layer, Conv2D)] == [16, 32, 64]
    assert spec.layers[-1] == Dense(10, "softmax")


@pytest.mark.parametrize("name", RIGHT)
def test_it_is_written_in_the_other_framework_and_read_back(name):
    program = read(RIGHT[name])
    other = "torch" if program.framework == "keras" else "keras"
    again = read(translated(program, other))
    assert again.framework == other
    assert parameters(again) == parameters(program)


def test_two_hundred_lines_are_read_in_a_tenth_of_a_second():
    source = RIGHT["torch-cnn"] + "\n".join(f"def helper_{n}(x):\n    y = x * {n}\n    return y + 1\n" for n in range(35))
    assert source.count("\n") >= 190
    best = min(_seconds(source) for _ in range(5))
    assert best < 0.1


def _seconds(source: str) -> float:
    began = time.process_time()  # CPU time of this process: other work on the machine does not count
    faults(read(source))
    return time.process_time() - began


def test_every_change_of_the_programs_is_a_kind_of_the_catalogue():
    from clsf.faults.catalogue import KINDS

    assert {change[0] for changes in FAULTY.values() for change in changes} <= set(KINDS)


def test_several_inputs_and_outputs_are_named():
    source = """
import keras
from keras import layers
a, b = keras.Input((8, 8, 1), name="left"), keras.Input((8, 8, 1), name="right")
x = layers.Flatten()(layers.Concatenate()([a, b]))
model = keras.Model([a, b], [layers.Dense(10, name="classes")(x), layers.Dense(4, name="boxes")(x)])
"""
    said = " ".join(str(what) for _, what in read(source).not_understood)
    assert "several inputs (left, right)" in said
    assert "several outputs (classes, boxes)" in said


def test_what_views_and_permutations_do_is_read_however_it_is_spelled():
    """ShuffleNet's own function, which transposes a table of groups, is read as the layer that does the same."""
    source = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, groups=1)
        self.mixed = nn.Conv2d(8, 8, 1, groups=4)
        self.head = nn.Linear(8, 10)

    def forward(self, x):
        x = self.stem(x)
        b, c, h, w = x.size()
        x = x.view(b, 4, c // 4, h, w).transpose(1, 2).contiguous().view(b, c, h, w)
        x = self.mixed(x)
        return self.head(x.mean(dim=(2, 3)))

model = Net()
out = model(torch.zeros(1, 3, 16, 16))
"""
    layers = read(source).spec.layers
    assert layers[1] == ChannelShuffle(4)
    assert layers[2].groups == 4


def test_an_answer_does_not_depend_on_what_else_the_machine_does(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(text.time, "thread_time", lambda: clock[0])
    patience = text.Patience(0.7)
    clock[0] += 5  # one pause of Python itself, of any length
    assert not patience.over()
    for _ in range(13):
        clock[0] += 0.04
        assert not patience.over()
    clock[0] += 0.04
    patience.go_on()  # other work on the machine
    assert not patience.over()
    for _ in range(4):
        clock[0] += 0.04
        patience.over()
    assert patience.over()


def test_waiting_costs_no_patience():
    patience = text.Patience(0.02)
    time.sleep(0.1)
    assert not patience.over()


@pytest.mark.parametrize(
    ("features", "line"), [(1568, "nn.Conv2d(1, 8, 3, stride=2, padding=1)"), (6272, "nn.Conv2d(1, 8, 3, padding='same')")]
)
def test_a_strided_convolution_that_pads_the_same_is_mended_as_the_next_layer_needs_it(features, line):
    source = (
        "import torch\nfrom torch import nn\nx = torch.rand(32, 1, 28, 28)\ny = torch.randint(10, (32,))\n"
        "net = nn.Sequential(\n    nn.Conv2d(1, 8, 3, stride=2, padding='same'),\n    nn.ReLU(), nn.Flatten(),\n"
        f"    nn.Linear({features}, 10),\n)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for _ in range(10):\n    opt.zero_grad()\n    nn.CrossEntropyLoss()(net(x), y).backward()\n    opt.step()\n"
    )
    (finding,) = [f for f in faults(read(source)) if f.kind == "padding-same"]
    assert finding.new.strip().rstrip(",") == line
