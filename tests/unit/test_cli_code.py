"""The command code: what it prints and writes, and bad input refused in a sentence."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from clsf.cli.main import main
from clsf.code import model_code, script
from clsf.data.sources import open_dataset
from clsf.model.presets import preset
from clsf.plan import Plan


def code(capsys, *arguments: str) -> tuple[int, str, str]:
    returned = main(["code", *arguments])
    printed = capsys.readouterr()
    return returned, printed.out, printed.err


def test_a_model_in_a_style(capsys):
    printed = code(capsys, "--model", "lenet-5", "--input", "28x28x1", "--classes", "10", "--style", "torch-module")
    assert printed == (0, model_code(preset("lenet-5"), (28, 28, 1), 10, "torch-module").text, "")


def test_the_data_set_gives_the_shape(capsys):
    _, out, _ = code(capsys, "--model", "tiny", "--data", "cifar10", "--style", "keras-list")
    assert "keras.Input(shape=(32, 32, 3))" in out


def test_a_model_from_a_file(capsys, tmp_path):
    file = tmp_path / "model.json"
    file.write_text(json.dumps(preset("residual", 4).to_json()), "utf-8")
    _, out, _ = code(capsys, "--model", str(file), "--input", "9x8x3", "--classes", "4", "--style", "keras-functional")
    assert out == model_code(preset("residual", 4), (9, 8, 3), 4, "keras-functional").text


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_a_script(capsys, framework):
    _, out, _ = code(
        capsys, "--model", "tiny", "--script", framework, "--data", "digits", "--epochs", "3", "--optimizer", "adam"
    )
    assert out == script(preset("tiny"), Plan("digits", epochs=3, optimizer="adam", learning_rate=0.001), framework)


def test_a_notebook(capsys, tmp_path):
    file = tmp_path / "both.ipynb"
    returned, out, err = code(capsys, "--model", "tiny", "--notebook", str(file), "--epochs", "1")
    assert (returned, out) == (0, "")
    assert "clsf: wrote" in err
    assert json.loads(file.read_text("utf-8"))["nbformat"] == 4


def test_a_data_set_as_one_file(capsys, tmp_path):
    file = tmp_path / "digits.npz"
    assert code(capsys, "--npz", str(file), "--data", "digits")[0] == 0
    ours = open_dataset("digits")
    with np.load(io.BytesIO(file.read_bytes())) as found:  # nothing in it needs pickle
        np.testing.assert_array_equal(found["x_train"], ours.train.pixels)
        np.testing.assert_array_equal(found["y_test"], ours.test.labels)
        assert found["classes"].tolist() == list(ours.train.classes)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Say what to write"),
        (["--model", "tiny", "--style", "keras-add"], "Say the images' shape"),
        (["--style", "keras-add", "--input", "8x8x1"], "Say which model"),
        (["--model", "tiny", "--style", "keras-addd", "--input", "8x8x1"], "Did you mean 'keras-add'?"),
        (["--model", "tiny", "--style", "keras-add", "--input", "8x8"], "--input is '8x8'"),
        (["--model", "tiny", "--style", "keras-add", "--input", "8x8x99999"], "must be height, width and channels"),
        (["--model", "tiny", "--style", "keras-add", "--input", "8x8x1", "--classes", "0"], "--classes is 0"),
        (["--model", "lenet-5", "--style", "keras-add", "--input", "8x8x1"], "Layer 3, Conv2D: a 5×5 kernel does not fit"),
        (["--model", "residual", "--style", "keras-add", "--input", "8x8x1"], "cannot hold a branch, but layer 4 is Residual"),
        (["--model", "tiny", "--script", "jax"], "Unknown framework 'jax'"),
        (["--model", "tiny", "--script", "torch", "--input", "9x9x1"], "whose images are 8x8x1 with 10 classes"),
        (["--model", "tiny", "--script", "torch", "--style", "keras-add", "--input", "8x8x1"], "ask for one of them"),
        (["--model", "tiny", "--script", "torch", "--data", "nothing"], "Unknown data set 'nothing'"),
        (["--model", "tiny", "--notebook", "/nowhere/at/all.ipynb"], "can't be written"),
        (["--model", "tinny", "--script", "torch"], "Did you mean 'tiny'"),
    ],
)
def test_bad_input_is_one_sentence(capsys, arguments, said):
    returned, out, err = code(capsys, *arguments)
    assert (returned, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
