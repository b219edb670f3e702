"""The notebook, executed: Keras in its kernel, PyTorch in the process that it starts, and the check at its end."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys

import nbformat
import pytest

from clsf.code import notebook
from clsf.model.branches import Parallel, Residual
from clsf.model.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GroupNormalization,
    LayerNormalization,
    LocalResponseNormalization,
    MaxPool2D,
    PReLU,
)
from clsf.model.presets import preset
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from tests.code_plans import planned

AWKWARD = {
    "what stands between Flatten and Dense": (
        Conv2D(3, 2, activation="leaky_relu"), Flatten(), BatchNorm(0.9), Dropout(0.2), Activation("tanh"), Dense(7, "gelu"), BatchNorm(),
        Dense(10),
    ),
    "norms of one image, slopes": (
        Conv2D(4, 3, padding="same"), LayerNormalization("image"), PReLU("none", 0.25), LayerNormalization(), PReLU(), GroupNormalization(2),
        LocalResponseNormalization(), Conv2D(6, 3, strides=2), PReLU("all", 0.1), Flatten(), PReLU("all", 0.2), LayerNormalization(),
        PReLU(alpha=0.3), Dense(10),
    ),
    "depthwise, uneven padding": (
        DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2), AveragePool2D(3, 2, "same"), Flatten(), Dense(10),
    ),
    "blocks in blocks": (
        Conv2D(4, padding="same"),
        Residual((Parallel(((Conv2D(2, 1),), (MaxPool2D(3, 1, "same"), Residual((DepthwiseConv2D(padding="same"),)), Conv2D(2, 1)))), BatchNorm())),
        Residual((Flatten(), Dense(6)), (Conv2D(2, 3), Flatten(), Dense(6))),
        Dense(10),
    ),
    "a Flatten that must keep Keras' order": (Conv2D(2, 3, strides=2, padding="same"), Flatten(), Residual((Dense(32),)), Dense(10)),
}  # fmt: skip


def sources(content: bytes) -> list[str]:
    made = nbformat.read(io.BytesIO(content), as_version=4)
    return [cell.source for cell in made.cells if cell.cell_type == "code"]


def run_plainly(content: bytes, folder) -> str:
    """Run the cells in order without Jupyter, in a separate process; return what they printed."""
    lines = []
    for source in sources(content):
        magic = re.match(r"%%writefile (\S+)\n", source)
        lines.append(
            f"open({magic[1]!r}, 'w', encoding='utf-8').write({source[magic.end() :]!r})"
            if magic
            else f"exec({source!r}, globals())"
        )
    (folder / "cells.py").write_text("\n".join(lines), "utf-8")
    done = subprocess.run([sys.executable, "-X", "utf8", "cells.py"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def differences(told: str) -> list[float]:
    return [float(value) for value in re.findall(r"largest difference ([\d.e+-]+)", told)]


@pytest.mark.slow
def test_the_notebook_runs_in_jupyter_and_the_two_are_the_same(tmp_path, monkeypatch):
    from nbclient import NotebookClient

    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    made = nbformat.reads(notebook(preset("residual"), Plan("digits", train_limit=64, epochs=1)).decode(), as_version=4)
    NotebookClient(made, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    told = "".join(output.get("text", "") for cell in made.cells if cell.cell_type == "code" for output in cell.outputs)
    found = differences(told)
    assert len(found) == 2
    assert max(found) < 1e-4
    assert "PyTorch, trained by itself: accuracy" in told


@pytest.mark.full
@pytest.mark.parametrize("name", AWKWARD)
def test_weights_cross_whatever_the_layers(name, tmp_path):
    spec = ModelSpec(name, AWKWARD[name])
    found = differences(run_plainly(notebook(spec, Plan("digits", train_limit=64, epochs=1)), tmp_path))
    assert len(found) == 2
    assert max(found) < 1e-4


@pytest.mark.full
@pytest.mark.parametrize(
    "name",
    [
        "cosine, warm-up, plateau, best in fit",
        "kaiming, standardised, float64",
        "shapes in grey",
        "categorical, smoothed",
        "augmentation",
    ],
)
def test_notebooks_of_other_plans_run(name, tmp_path):
    assert len(differences(run_plainly(notebook(*planned(name)), tmp_path))) == 2


def test_prose_can_be_in_another_language_and_the_code_is_the_same():
    plan = Plan("digits")
    english = notebook(preset("tiny"), plan)
    other = notebook(preset("tiny"), plan, lambda sentence: f"«{sentence}»")
    assert sources(english) == sources(other)
    assert "«Settings»" in other.decode()
    assert english == notebook(preset("tiny"), plan)
    assert json.loads(english)["nbformat"] == 4
