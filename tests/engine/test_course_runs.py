"""The lesson tasks about runs, with runs that workers have trained."""

from __future__ import annotations

import time

import pytest

from clsf.course import path
from clsf.course.tasks import check
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.ui.shared import facts, identity
from tests.app.begun import with_lab

pytestmark = pytest.mark.slow

TASKS = (
    "one-step-downhill/train", "watch-it-learn/batch", "overfit-and-cure/overfit", "overfit-and-cure/cure", "three-loops/look", "is-one-better/fair",
)  # fmt: skip
BOTH = ("tensorflow", "torch")


def met() -> set[str]:
    """Return the tasks that the session's contents solve."""
    course = path.path("en")
    checks = {name: course.lesson(name.split("/")[0]).step(name.split("/")[1]).block.check for name in TASKS}
    return {name for name, one in checks.items() if facts.done(one)}


def test_tasks_are_met_by_the_runs_that_they_ask_for_and_by_no_others(lab, monkeypatch):
    owner = f"student-{time.time_ns()}"
    monkeypatch.setattr(identity, "known", lambda: owner)
    with_lab(lab, monkeypatch.setattr)

    def train(frameworks: tuple[str, ...], model: str = "mlp", **plan: object) -> None:
        ids = lab.train(preset(model, 10), Plan("digits", **plan), frameworks, owner=owner)
        assert lab.wait(ids, 120)
        assert {lab.record(run_id).status for run_id in ids} == {"finished"}

    assert met() == set()
    train(("torch",), optimizer="adam", learning_rate=0.001, epochs=1)
    assert met() == set()
    train(("torch",), optimizer="sgd", learning_rate=0.01, epochs=2)
    assert met() == {"three-loops/look"}
    train(BOTH, optimizer="adam", learning_rate=0.001, epochs=3, batch_size=16)
    assert met() == {"three-loops/look", "one-step-downhill/train", "watch-it-learn/batch", "is-one-better/fair"}
    train(("torch",), optimizer="adam", learning_rate=0.01, epochs=30, train_limit=40, batch_size=8)
    assert met() == set(TASKS) - {"overfit-and-cure/cure"}
    train(("torch",), "lecture-cnn", optimizer="adam", learning_rate=0.002, epochs=6)
    assert met() == set(TASKS)
    assert not facts.done(check("run data=digits status=failed"))
