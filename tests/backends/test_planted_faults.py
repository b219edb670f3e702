"""Planted faults, really trained in each framework: the symptom is there, the doctor names it, the healthy twin gets no verdict."""

from __future__ import annotations

import subprocess
import sys

import pytest

from clsf.doctor.files import read_folder, read_log
from clsf.faults import functions
from clsf.faults.doctor import diagnose
from clsf.faults.lab import first_difference
from clsf.faults.running import run
from clsf.faults.scenes import healthy

KINDS = ("missing-normalisation", "scaled-twice", "nothing-trainable", "validation-sorted", "lr-too-high", "labels-from-one")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_planted_faults_show_their_symptom_and_are_named(framework):
    start = healthy(framework, "digits", "plain", 1)
    well, *faulty = run([start, *(functions("plant")[kind](start) for kind in KINDS)], 800)
    assert diagnose(well.history, well.facts) == ()
    assert well.history.validation_accuracy[-1] > 0.85
    named = {kind: [v.kind for v in diagnose(ran.history, ran.facts)][:2] for kind, ran in zip(KINDS, faulty, strict=True)}
    assert all(kind in found for kind, found in named.items()), named
    seen = dict(zip(KINDS, faulty, strict=True))
    assert seen["missing-normalisation"].facts.inputs[1] == 255
    assert seen["scaled-twice"].history.accuracy[-1] < well.history.accuracy[-1] - 0.3
    assert seen["nothing-trainable"].facts.idle == 1
    assert seen["validation-sorted"].history.validation_accuracy[-1] < 0.1
    assert seen["lr-too-high"].history.accuracy[-1] < 0.3
    assert seen["labels-from-one"].history.error
    assert "up to 255 in place of 1" in str(first_difference(seen["missing-normalisation"], well))


KERAS = """
import json, sys, numpy as np, keras
folder = sys.argv[1]
x, y = np.random.default_rng(0).random((64, 4)), np.arange(64) % 3
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
logs = [keras.callbacks.CSVLogger(folder + "/log.csv"), keras.callbacks.TensorBoard(folder + "/board")]
history = model.fit(x, y, epochs=3, validation_split=0.25, verbose=0, callbacks=logs)
json.dump(history.history, open(folder + "/history.json", "w"))
"""

TORCH = """
import sys
from torch.utils.tensorboard import SummaryWriter
writer = SummaryWriter(sys.argv[1] + "/board")
for epoch in range(3):
    for tag, value in (("Loss/train", 2 / (epoch + 1)), ("Loss/val", 2.5 / (epoch + 1)), ("Accuracy/train", 0.3), ("Accuracy/val", 0.2)):
        writer.add_scalar(tag, value, epoch)
writer.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "files"), [(KERAS, ("log.csv", "history.json", "board")), (TORCH, ("board",))], ids=["keras", "torch"]
)
def test_what_the_frameworks_write_themselves_is_read(program, files, tmp_path):
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True, timeout=200)
    for name in files:
        path = tmp_path / name
        told = read_folder(path) if path.is_dir() else read_log(path.read_bytes(), name)
        assert len(told.loss) == len(told.validation_loss) == len(told.accuracy) == len(told.validation_accuracy) == 3, name
