"""Exported files, opened in a plain process with only that framework, predict the same as the trained model."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clsf import FRAMEWORKS
from clsf.code import model_code
from clsf.errors import EngineError
from clsf.model.branches import Parallel, Residual
from clsf.model.changes import changed
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
    SpatialDropout2D,
)
from clsf.model.spec import ModelSpec
from clsf.plan import DIFFERENCES
from clsf.predict import exporting
from clsf.predict.exporting import CODE_STYLES, KINDS, plain_order
from clsf.predict.values import ModelRequest
from tests import inside
from tests.frameworks import process
from tests.jobs import anything, inputs, random_job

ALONE = Path(__file__).parent / "predict_alone.py"
SHAPE = (9, 8, 3)


def everything(function):
    return ModelSpec("everything 'quoted'", _layers(function))


def _layers(function):
    return (
        Conv2D(6, 3, strides=2, padding="same", activation="leaky_relu"),
        BatchNorm(),
        Residual((Conv2D(6, 3, padding="same"), Activation(function)), ()),
        Parallel(((Conv2D(4, 1, activation="tanh"),), (AveragePool2D(3, 1, "same"), DepthwiseConv2D(2, padding="same")))),
        MaxPool2D(2, padding="same"),
        LocalResponseNormalization(1, alpha=0.3),
        LayerNormalization(),
        PReLU("none", 0.25),
        GroupNormalization(2),
        SpatialDropout2D(0.3),
        PReLU(alpha=0.1),
        LayerNormalization("image"),
        Flatten(),
        BatchNorm(),
        Dropout(0.4),
        Dense(11, "relu", use_bias=False),
        Dense(5),
    )


CLOSE = 3e-5  # float32; each of these fuses layers and sums differently


def job_of(framework="torch", spec=None, **plan):
    spec = spec or everything("gelu" if framework == "torch" else "sigmoid")
    job = anything(random_job(spec, SHAPE, images=7, **{"dtype": "float32", **plan}))
    weights = {name: w * np.asarray(0.3 if name.endswith("kernel") else 1, w.dtype) for name, w in job.weights.items()}
    return type(job)(job.spec, job.plan, job.prepared, weights)


def request_of(job, framework):
    return ModelRequest(
        "export", framework, job.spec.to_json(), job.plan.to_json(), SHAPE, job.spec.analyse(SHAPE).output_shape[0]
    )


FLAT_END = ModelSpec("no Dense layer takes in what was flattened", (Conv2D(3, 2), MaxPool2D(3), Flatten()))
BETWEEN = ModelSpec(
    "branches behind a Flatten", (Conv2D(2, 3, strides=2, padding="same"), Flatten(), Residual((Dense(40),)), Dense(5))
)

PLANS = {
    "aligned": {},
    **{name: {"differences": (name,)} for name in DIFFERENCES},
    "all of batch normalisation": {"differences": ("bn-momentum", "bn-epsilon", "bn-variance", "flatten-order")},
    "native": {"rules": "native"},
    "fit and dataloader": {"variants": {"tensorflow": "fit", "torch": "dataloader"}, "l2": 0.01},
    "float64": {"dtype": "float64"},
}
QUICK = ("aligned", "flatten-order")
ELSEWHERE = tuple(
    name
    for name in DIFFERENCES
    if name not in (*QUICK, "dropout-at-evaluation") and changed(everything("relu"), (name,)) == everything("relu")
)
"""Differences of training, of images or of the first weights: the model that is written is the aligned one."""


def check_files(framework, plans: dict[str, dict], folder) -> None:
    """Export models of every plan, open the files in a plain process, and compare their outputs with the run's model."""
    said: list[tuple[str, Path, np.ndarray]] = []
    for name, plan in plans.items():
        flat = (FLAT_END, BETWEEN) if name in QUICK else ()
        for spec in (everything("gelu" if framework == "torch" else "sigmoid"), *flat):
            job = job_of(framework, spec, **plan)
            place = folder / f"{len(said)}"
            place.mkdir()
            for kind in KINDS[framework]:
                if kind in exporting.SLOW and job.plan.dtype == "float64":
                    continue  # onnxruntime and TensorFlow Lite support float64 only partly, which the reader is told
                content = process(framework).run(exporting.export, request_of(job, framework), job.weights, kind)
                (place / f"model.{kind}").write_bytes(content)
            np.save(place / "inputs.npy", inputs(job).astype(job.plan.dtype))
            code = model_code(job.spec, SHAPE, job.spec.analyse(SHAPE).output_shape[0], CODE_STYLES[framework], job.plan).text
            (place / "model.py").write_text(code, "utf-8")
            # Files drop nothing under any plan: a dropout that is never off gives different answers at every call.
            steady = job.plan.but(differences=tuple(d for d in job.plan.differences if d != "dropout-at-evaluation"))
            built = type(job)(changed(job.spec, steady.differences), steady, job.prepared, job.weights)
            said.append((name, place, process(framework).run(inside.logits, built, job.prepared.pixels)))
    environment = {**os.environ, "PYTHONPATH": "", "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(
        [sys.executable, ALONE, folder], cwd=folder, env=environment, capture_output=True, text=True, timeout=500, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    for name, place, expected in said:
        for path in place.glob("model.*"):
            if path.suffix != ".py":
                found = np.load(place / f"said-{path.suffix[1:]}.npy")
                np.testing.assert_allclose(
                    found, expected, atol=CLOSE * np.abs(expected).max(), err_msg=f"{path.suffix} {name}"
                )


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_files_say_the_same_in_a_plain_process(framework, tmp_path):
    check_files(framework, {name: PLANS[name] for name in QUICK}, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_files_of_every_difference_of_a_model_say_the_same(framework, tmp_path):
    check_files(framework, {name: plan for name, plan in PLANS.items() if name not in (*QUICK, *ELSEWHERE)}, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_files_of_every_other_difference_say_the_same(framework, tmp_path):
    check_files(framework, {name: PLANS[name] for name in ELSEWHERE}, tmp_path)


def test_what_the_exporter_can_not_write_is_refused_and_not_written_wrongly():
    """Keras would write exact gelu as an operation that ONNX does not have."""
    job = job_of("torch")
    with pytest.raises(EngineError, match="could not be written as ONNX"):
        process("tensorflow").run(exporting.export, request_of(job, "tensorflow"), job.weights, "onnx")
    keras = process("tensorflow").run(exporting.export, request_of(job, "tensorflow"), job.weights, "keras")
    assert keras[:2] == b"PK"


def test_an_unknown_format_is_refused():
    with pytest.raises(EngineError, match="Unknown file format 'pickle'"):
        exporting.export(request_of(job_of(), "torch"), {}, "pickle")


def test_the_other_order_of_a_flattened_image_by_hand():
    spec = ModelSpec("flat", (Flatten(), Dense(1)))
    weights = {"2.kernel": np.arange(12.0).reshape(12, 1), "2.bias": np.zeros(1)}
    from clsf.plan import Plan

    found = plain_order(spec, (2, 3, 2), Plan("digits"), weights, "torch")["2.kernel"].ravel()
    assert found.tolist() == [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]  # channel 0 first, then channel 1
    back = plain_order(
        spec, (2, 3, 2), Plan("digits", differences=("flatten-order",)), {**weights, "2.kernel": found[:, None]}, "tensorflow"
    )
    assert back["2.kernel"].ravel().tolist() == list(range(12))
