"""The next steps offered after a training and after an experiment follow from the result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clsf import examples
from clsf.experiments.next_change import suggested
from clsf.experiments.open_question import open_question
from clsf.experiments.verdict import verdicts
from clsf.ui.shared.next_steps import rounded_apart
from clsf.ui.shared.qr import MOST, picture


def ended(losses: list[float], train: float = 0.9, validation: float = 0.9, **plan: object):
    record = examples.record(examples.ids(examples.FIRST)[0])
    last = replace(record.epochs[-1], train_accuracy=train, validation_accuracy=validation)
    epochs = [replace(last, epoch=n, validation_loss=loss) for n, loss in enumerate(losses, start=1)]
    return replace(record, plan=record.plan.but(**plan), epochs=epochs)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        pytest.param(ended([1.0, 0.5, 0.3]), "epochs", id="still falling: longer"),
        pytest.param(ended([1.0, 0.3, 0.4], train=0.99, validation=0.8), "augmentation", id="memorises: varied images"),
        pytest.param(ended([1.0, 0.3, 0.31]), "seed", id="nothing to mend: chance"),
        pytest.param(replace(ended([1.0]), status="diverged"), "learning_rate", id="too large steps: smaller ones"),
    ],
)
def test_one_thing_is_changed_and_no_other(record, field: str) -> None:
    change = suggested(record)
    before, after = record.plan.to_json(), change.plan.to_json()
    assert {name for name in after if after[name] != before.get(name)} == {field}


def test_nothing_is_suggested_without_an_epoch_or_where_something_differs_on_purpose() -> None:
    assert suggested(ended([])) is None
    assert suggested(ended([1.0, 0.5], differences=("softmax-before-loss",))) is None


def test_an_experiment_leaves_the_question_of_what_lies_beyond_the_edge() -> None:
    found = examples.rates()
    asked = open_question(found, verdicts(found.members))
    assert asked.page in ("experiments", "compare")
    edge = replace(found, members=found.members[:3])
    said = verdicts(edge.members)
    assert said[0].scores[0].arm == 2
    assert open_question(edge, said).link == {"kind": "learning-rate"}
    assert open_question(edge, []) is None


def test_rounding_is_named_only_where_nothing_else_differs() -> None:
    one, two = (examples.record(run_id) for run_id in examples.ids(examples.FIRST))
    apart = replace(two, ended=replace(two.ended, validation_accuracy=one.ended.validation_accuracy - 0.004))
    assert rounded_apart([one, apart])
    assert not rounded_apart([one])
    assert not rounded_apart([one, replace(apart, plan=apart.plan.but(differences=("softmax-before-loss",)))])
    both = [replace(r, plan=r.plan.but(dtype="float64")) for r in (one, apart)]
    assert not rounded_apart(both)


def test_a_code_is_drawn_for_a_link_and_not_for_one_beyond_a_camera() -> None:
    assert picture("http://localhost:8501/train?epochs=3").startswith("<svg")
    assert picture("x" * (MOST + 1)) is None
