"""Images with their own validation set: counts, estimates and exports know that no split is drawn."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.cli.datasets import _row
from clsf.code import notebook, script
from clsf.code.export import dataset_npz
from clsf.data import catalogue
from clsf.data.imports import import_zip
from clsf.data.prepare import prepare
from clsf.data.sources import open_dataset
from clsf.data.statistics import balance
from clsf.model.presets import preset
from clsf.plan import Plan, Preparation
from clsf.runs.speed import VALIDATION, _images
from clsf.training_service import _check

CASES = Path(__file__).parents[1] / "cases" / "images"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Return 8 training, 4 validation and 4 test images of 2 classes."""
    monkeypatch.setenv("CLSF_DATA", str(tmp_path / "data"))
    return import_zip(CASES / "train_val_test.zip").info


@pytest.mark.parametrize("size", [None, 12])
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_script_draws_no_split_and_reads_the_own_images(own, framework, size, tmp_path, monkeypatch):
    plan = Plan(data=own.name, train_limit=5, preparation=Preparation(image_size=size))
    text = script(preset("tiny", 2), plan, framework)
    assert "VALIDATION_SHARE" not in text
    assert "held_out" not in text
    assert ("x_val = fitted(x_val)" in text) == (size is not None)
    # Its data section uses only NumPy: run it as a reader would, next to the file that the app writes.
    monkeypatch.chdir(tmp_path)
    from clsf.code import pieces
    from clsf.code.job import Job

    job = Job(plan)
    Path(job.data_file).write_bytes(dataset_npz(open_dataset(own.name)))
    found: dict = {"np": np}
    parts = [pieces.settings(job), pieces.data(job, framework), pieces.split(job)]
    assert all(part in text for part in parts)
    exec("\n".join(parts), found)  # noqa: S102  our own source, without the frameworks
    dataset = open_dataset(own.name)
    assert np.array_equal(found["x_val"], dataset.validation.pixels)
    assert np.array_equal(found["y_val"], dataset.validation.labels)
    assert len(found["x_train"]) == 5
    assert len(found["x_test"]) == 4
    trained = {image.tobytes() for image in dataset.train.pixels}
    assert all(image.tobytes() in trained for image in found["x_train"])


def test_a_notebook_draws_no_split(own):
    cells = json.loads(notebook(preset("tiny", 2), Plan(data=own.name)))["cells"]
    text = "".join("".join(cell["source"]) for cell in cells)
    assert "held_out" not in text
    assert 'x_val, y_val = file["x_val"], file["y_val"]' in text


def test_the_file_has_three_parts(own):
    with np.load(io.BytesIO(dataset_npz(open_dataset(own.name)))) as file:
        assert {name: len(file[name]) for name in file if name != "classes"} == {
            "x_train": 8, "y_train": 8, "x_val": 4, "y_val": 4, "x_test": 4, "y_test": 4,
        }  # fmt: skip
    with np.load(io.BytesIO(dataset_npz(open_dataset("digits")))) as file:
        assert "x_val" not in file


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_counts_are_those_of_the_training(own, share):
    for info in (own, catalogue.info("digits")):
        plan = Plan(data=info.name, validation_share=share)
        prepared = prepare(open_dataset(info.name), plan)
        assert info.trained(share) == len(prepared.train)
        assert info.validated(share) == len(prepared.validation)
        assert info.trained(share, 3) == 3


def test_estimates_and_checks_know_it(own):
    plan = Plan(data=own.name, batch_size=8)
    assert _check(preset("tiny", 2), plan)[1] == 8  # all training images in one batch: with a drawn split 2 fewer
    assert _images(plan, own) == 8 + VALIDATION * 4
    assert _row(own)["validation"] == 4
    dataset = open_dataset(own.name)
    counts = balance(dataset.train.labels, dataset.test.labels, 2, 0.2, 0, dataset.validation.labels)
    assert counts.tolist() == [[4, 4], [2, 2], [2, 2]]
