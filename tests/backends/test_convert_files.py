"""State_dicts from users' files: tensors are read, code is never run; and files that the lab writes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from clsf import examples
from clsf.capsule.arrays import packed
from clsf.convert import certificate, lab, mending, reading
from clsf.errors import ConvertError
from clsf.predict import exporting
from clsf.predict.asking import request_of
from tests import conversions
from tests.backends.test_convert_bar import Service, pair
from tests.frameworks import process

RUNS = examples.ids("digits")


class Evil:
    """A pickle that runs a command when it is opened."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def saved(kind: str) -> bytes:
    """Return a file written by torch.save. Runs in PyTorch's process."""
    import torch

    layer = torch.nn.Linear(3, 2)
    file = io.BytesIO()
    torch.save(
        {
            "state": layer.state_dict(),
            "nested": {"epoch": 3, "state_dict": layer.state_dict()},
            "model": layer,
            "numbers": [1, 2],
        }[kind],
        file,
    )
    return file.getvalue()


def read(content: bytes, name: str):
    return process("torch").run(reading.read, content, name)


def test_a_pickle_is_refused_and_nothing_in_it_runs(tmp_path):
    proof = tmp_path / "ran"
    with pytest.raises(ConvertError, match=r"would run code|cut short"):
        read(pickle.dumps({"weight": Evil(str(proof))}), "model.pt")
    assert not proof.exists()


@pytest.mark.parametrize("name", ["model.pt", "model.safetensors"])
def test_cut_short_files_are_refused(name):
    content = process("torch").run(saved, "state")
    with pytest.raises(ConvertError, match="cut short"):
        read(content[: len(content) // 2] if name.endswith("pt") else b"\xff\xff\xff\xff\xff\xff\xff\x7f{}", name)


def test_checkpoints_are_read_and_whole_models_are_not():
    assert set(read(process("torch").run(saved, "nested"), "model.pt").state) == {"weight", "bias"}
    with pytest.raises(ConvertError, match="would run code"):
        read(process("torch").run(saved, "model"), "model.pt")
    with pytest.raises(ConvertError, match="no state_dict"):
        read(process("torch").run(saved, "numbers"), "model.pt")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("which", "fault", "kind"),
    [
        ("plain", ("hw-swapped", "conv_a"), "pt"),
        ("plain", ("not-turned", "fc_a"), "safetensors"),
        ("normed", ("epsilon", "stem_bn"), "keras"),
    ],
)
def test_the_mended_file_is_silent(which, fault, kind):
    given = pair(which, kind, fault, 3)
    result = lab.examined(Service(), given, "digits")
    assert result.comparison.differs
    mended = mending.mended(Service(), result, given[1].content)
    again = lab.examined(Service(), [given[0], lab.Given(given[1].name, mended)], "digits")
    assert not again.comparison.differs
    if kind != "keras":  # a state_dict keeps its names, in their order where the file has one
        states = [lab.load(Service(), lab.Given(given[1].name, content)).state for content in (given[1].content, mended)]
        keys = list if kind == "pt" else sorted
        assert keys(states[0]) == keys(states[1])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["keras", "pt", "safetensors", "onnx"])
def test_a_written_file_and_its_certificate(kind, tmp_path: Path):
    content, _ = process("tensorflow").run(conversions.keras_made, "branches", 1)
    result = lab.examined(Service(), [lab.Given("a.keras", content)], "digits")
    assert not result.comparison.differs
    assert result.comparison.frameworks == ("tensorflow", "torch")
    written = mending.written(Service(), result.first, kind)
    told = certificate.of_file(Service(), written, f"model.{kind}", result.first, "digits")
    assert told.equal
    assert told.largest_logit_difference < 1e-4
    assert told.largest_difference_between_frameworks < 1e-4
    assert {"clsf", "tensorflow", "torch"} <= set(told.versions)
    assert json.loads(certificate.as_json(told))["sha256"] == told.sha256
    assert told.sha256 in certificate.as_page(told, str)
    assert np.isfinite(told.largest_logit)
    again = lab.examined(Service(), [lab.Given("a.keras", content), lab.Given(f"b.{kind}", written)], "digits")
    assert not again.comparison.differs


@pytest.mark.slow
@pytest.mark.parametrize(("run_id", "kind"), [(r, k) for r in RUNS for k in exporting.every_kind(examples.framework_of(r))])
def test_every_export_of_a_run_has_a_certificate(run_id, kind):
    record, weights = examples.record(run_id), examples.weights(run_id)
    request = request_of(record)
    content = {
        exporting.CAPSULE: lambda: examples.content(run_id),
        exporting.ARRAYS: lambda: packed(weights),
    }.get(kind, lambda: Service().call(record.framework, "clsf.predict.exporting:export", request, weights, kind))()
    told = certificate.of_run(Service(), request, weights, kind, content, f"run.{kind}", record.plan.data)
    assert told.equal
    assert told.largest_logit_difference < 1e-4
    assert (told.sha256, told.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
