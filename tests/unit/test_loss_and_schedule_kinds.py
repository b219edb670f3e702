"""Declarations of losses and schedules: what is computed, printed and read agrees."""

from __future__ import annotations

import math

import pytest

from clsf.errors import PlanError
from clsf.loss_kinds import LOSSES
from clsf.plan import Plan, Schedule
from clsf.reader.plan import plan_of
from clsf.reader.program import read
from clsf.schedule_kinds import SCHEDULE_KINDS


@pytest.mark.parametrize("name", SCHEDULE_KINDS)
def test_the_printed_schedule_is_the_one_that_is_computed(name):
    kind, schedule = SCHEDULE_KINDS[name], Schedule(name, factor=0.7, every=2, floor=0.01)
    for t in (0, 1, 7, 39, 40):
        names = {"STEPS_PER_EPOCH": 8, "t": t, "math": math}
        *before, last = kind.source(schedule, "t", "40")
        exec("\n".join(before), names)  # noqa: S102
        assert eval(last.removeprefix("return "), names) == pytest.approx(kind.share(schedule, t, 8, 40), abs=1e-15)  # noqa: S307
    assert set(kind.depends) <= {"factor", "every", "floor", "begins"}
    assert all(hasattr(schedule, setting.field) for setting in kind.settings)


@pytest.mark.parametrize("name", [name for name, kind in SCHEDULE_KINDS.items() if kind.read])
def test_a_schedule_is_read_from_the_call_that_is_shown(name):
    schedule = Schedule(name, factor=0.25, every=3 if name == "step" else 1)
    shown = SCHEDULE_KINDS[name].torch(schedule)
    program = read(
        "import torch\nfrom torch.optim import lr_scheduler\nsteps = 10\nmodel = torch.nn.Linear(4, 2)\n"
        f"optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nscheduler = {shown}\n"
    )
    found = plan_of(program)[0].schedule
    assert found == Schedule(
        name, **{s.field: getattr(schedule, s.field) for s in SCHEDULE_KINDS[name].settings if s.field != "floor"}
    )


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
def test_a_loss_says_what_the_model_ends_in(loss):
    assert loss.outputs(7) == (1 if loss.one_output else 7)
    assert loss.last_activation(False) == "linear"
    assert loss.keras_call(True, 0.1).kwargs.get("label_smoothing") == (0.1 if loss.smooths else None)
    assert f"keras.{loss.keras_call(False)}".startswith(f"keras.losses.{loss.keras}(from_logits=True")
    if loss.smooths:
        assert Plan("digits", loss=loss.name, label_smoothing=0.1).loss_kind is loss
    else:
        with pytest.raises(PlanError):
            Plan("digits", loss=loss.name, label_smoothing=0.1)
