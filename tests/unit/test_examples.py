"""The bundled runs open as any other, have what the pages show, and are in no store."""

from __future__ import annotations

import numpy as np
import pytest

from clsf import FRAMEWORKS, examples
from clsf.cli import examples as making
from clsf.compare.cases.lecture import LECTURE
from clsf.compare.defaults import ROWS
from clsf.errors import ClsfError, StoreError
from clsf.examples import compared
from clsf.training_service import TrainingService


class NoEngine:
    """An engine that trains nothing."""

    def listen(self, news: object) -> None:
        """Ignore the listener: there are no events."""


class NoStore:
    """A store without runs."""

    notice = None

    def record(self, run_id: str) -> object:
        raise StoreError("There is no run {run_id}.", run_id=run_id)


@pytest.mark.parametrize("group", making.GROUPS)
def test_every_group_is_what_the_command_makes(group: str) -> None:
    wanted = {
        f"{examples.PREFIX}{one.name}-{framework}": one for one in making.group(group) for framework in one.frameworks
    }  # fmt: skip
    assert set(examples.ids(group)) == set(wanted)
    for run_id, one in wanted.items():
        record = examples.record(run_id)
        assert (record.model, record.plan, record.status) == (one.spec, one.plan, "finished")


def test_the_models_that_read_digits_have_weights_of_both_frameworks() -> None:
    found = [examples.record(run_id) for run_id in examples.ids(examples.DIGITS)]
    assert [record.framework for record in found] == list(FRAMEWORKS)
    assert all(record.final.validation_accuracy > 0.95 for record in found)
    one, two = (examples.weights(record.run_id) for record in found)
    assert one.keys() == two.keys()
    assert any(not np.array_equal(one[name], two[name]) for name in one), "each framework trained its own"


def test_a_service_answers_for_them_and_the_store_does_not_know_them() -> None:
    service = TrainingService(NoEngine(), NoStore())
    first = examples.ids(examples.FIRST)
    assert [record.run_id for record in service.group(first[0])] == first
    assert service.record(first[1]).over
    with pytest.raises(StoreError, match="without its weights"):
        service.weights(first[0])
    with pytest.raises(ClsfError):
        service.control(first[0], "stop", owner="somebody")
    with pytest.raises(StoreError, match="no run"):
        service.record("example-../../x")


def test_the_lockstep_shows_how_rounding_grows_in_float32() -> None:
    started, steps = examples.lockstep()
    assert started.dtype == "float32"
    assert started.same_weights
    assert len(steps) == making.STEPS
    assert steps[0].weights < 1e-5 < steps[-1].weights


def test_only_small_files_come_along() -> None:
    assert sum(path.stat().st_size for path in examples.FOLDER.iterdir()) < 500_000
    assert examples.picture("digits").startswith("data:image/png;base64,iVBORw0KGgo")
    assert examples.picture("../digits") is None


def test_the_case_and_the_defaults_were_recorded_by_the_product() -> None:
    data, epochs, steps = compared.case()
    assert (data, epochs, len(steps[0].seeds)) == (making.DATA, making.CASE_EPOCHS, making.CASE_SEEDS)
    assert [step.cause for step in steps] == [LECTURE.start_name, *LECTURE.order]
    assert compared.case_as_json(data, epochs, steps) == (examples.FOLDER / compared.CASE).read_text("utf-8")
    assert [row.row for row in compared.defaults()] == list(ROWS)
    assert all(value is not None for row in compared.defaults()[:1] for value in row.values.values())
