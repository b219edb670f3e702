"""The Python API with real workers, as a script and as the example notebook use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import clsf.api
from clsf.api import open_session
from clsf.errors import ClsfError, PlanError
from clsf.events import EpochEnded, RunEnded, RunStarted

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

EXAMPLE = Path(clsf.api.__file__).parent / "example.ipynb"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLSF_HOME", str(tmp_path_factory.mktemp("home")))
        with open_session() as opened:
            yield opened


@pytest.fixture(scope="module")
def trained(session):
    """A finished training, and the events that it yielded."""
    training = session.train("tiny", "digits", epochs=2, seed=3)
    return training, list(training)


def test_a_training_yields_its_events_in_order(trained):
    _, events = trained
    for framework in ("tensorflow", "torch"):
        own = [event for name, event in events if name == framework]
        assert [type(e) for e in own if isinstance(e, RunStarted | EpochEnded | RunEnded)] == [
            RunStarted, EpochEnded, EpochEnded, RunEnded,
        ]  # fmt: skip
        assert own[-1].reason == "finished"


def test_its_tables_hold_what_the_events_said(trained):
    training, events = trained
    epochs, steps = training.epochs(), training.steps()
    assert list(epochs.groupby("framework").size()) == [2, 2]
    said = [event.validation_accuracy for name, event in events if name == "torch" and isinstance(event, EpochEnded)]
    assert epochs[epochs.framework == "torch"].validation_accuracy.tolist() == said
    per_run = training.records[0].started.batches_per_epoch * 2
    assert steps.groupby("framework").step.max().to_dict() == {"tensorflow": per_run, "torch": per_run}


def test_its_figure_shows_both_frameworks(trained):
    names = {trace.name for trace in trained[0].figure("accuracy").data}
    assert any("TensorFlow" in str(name) for name in names)
    assert any("PyTorch" in str(name) for name in names)
    with pytest.raises(PlanError, match=r"Unknown figure 'los'. Did you mean 'loss'"):
        trained[0].figure("los")


def test_the_comparison_finds_the_two_equal(session, trained):
    compared = session.compare(trained[0])
    assert compared.verdict in ("green", "amber")
    weights = compared.findings[compared.findings.topic == "weights"]
    assert weights.level.tolist() == ["green"]
    assert compared.numbers.framework.tolist() == ["tensorflow", "torch"]
    one, two = compared.numbers.validation_loss
    assert one == pytest.approx(two, rel=1e-3)


def test_lockstep_agrees_in_float64_and_names_the_first_tensor_of_a_difference(session):
    equal = session.lockstep("tiny", "digits", steps=4)
    assert equal.steps.step.tolist() == [1, 2, 3, 4]
    assert equal.steps[["loss_difference", "gradient_difference", "weight_difference"]].to_numpy().max() < 1e-12
    assert equal.first_difference is None
    other = session.lockstep("tiny", "digits", steps=2, differences=["softmax-before-loss"])
    assert other.first_difference.step == 1
    assert other.steps.loss_difference.iloc[0] > 1e-3


def test_bad_input_is_said_before_anything_is_trained(session):
    with pytest.raises(PlanError, match=r"Unknown setting 'epoch'. Did you mean 'epochs'"):
        session.train("tiny", "digits", epoch=2)
    with pytest.raises(ClsfError, match="tinny"):
        session.train("tinny", "digits")
    with pytest.raises(PlanError, match="Unknown framework 'jax'"):
        open_session(["jax"])
    alone = session.train("tiny", "digits", frameworks=["torch"], epochs=1).wait()
    with pytest.raises(PlanError, match="a comparison needs two"):
        session.compare(alone)


def test_no_framework_and_no_streamlit_is_loaded_here():
    code = "import sys, clsf.api; print([m for m in ('tensorflow', 'torch', 'streamlit') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_example_notebook_runs(tmp_path, monkeypatch):
    from nbclient import NotebookClient

    monkeypatch.setenv("CLSF_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(EXAMPLE.parents[2]))
    notebook = nbformat.read(EXAMPLE, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    drawn = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "application/vnd.plotly.v1+json" in output.get("data", {})
    ]
    assert len(drawn) == 2, "the live figure is one that is replaced, and the figure of accuracy another"
    for output in drawn:
        assert len(json.loads(json.dumps(output["data"]["application/vnd.plotly.v1+json"]))["data"]) >= 2
