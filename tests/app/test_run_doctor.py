"""The run doctor on the pages: folded when a run looks wrong, absent when nothing does."""

from __future__ import annotations

import pytest

from clsf.model.layers import Dense, Flatten
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.ui.shared import doctor_view

LINEAR = ModelSpec("linear", (Flatten(), Dense(32), Dense(10)))
BENT = ModelSpec("bent", (Flatten(), Dense(32, activation="relu"), Dense(10)))


def doctors(app) -> list:
    return [block for block in app.expander if block.proto.icon == ":material/stethoscope:"]


@pytest.mark.parametrize(("lang", "title"), [("en", "No activation between layers"), ("ko", "층 사이에 없는 활성화 함수")])
def test_a_run_that_looks_wrong_is_told_of(open_app, lab, lang, title):
    run_id = lab.train(LINEAR, Plan("digits", epochs=1), ("torch",))[0]
    app = open_app("train", lang=lang, run=run_id)
    assert not app.exception
    (found,) = doctors(app)
    assert title in found.label
    assert not any(title in element.value for element in app.markdown)  # folded: it costs a live page nothing
    app.session_state["doctor_open"] = True
    app.run()
    assert any(title in element.value for element in doctors(app)[0].markdown)


def test_nothing_is_said_where_nothing_is_wrong(open_app, lab):
    run_id = lab.train(BENT, Plan("digits", epochs=1), ("torch",))[0]
    app = open_app("train", run=run_id)
    assert not app.exception
    assert doctors(app) == []


@pytest.mark.parametrize(("probe", "runs"), [("activations", 0), ("overfit-batch", 1)])
def test_a_probe_answers_here_and_trains_its_own_run_if_it_needs_one(open_app, lab, monkeypatch, probe, runs):
    monkeypatch.setattr(doctor_view, "deciding", lambda *_: probe)
    run_id = lab.train(LINEAR, Plan("digits", epochs=1), ("torch",))[0]
    app = open_app("train", lang="ko", run=run_id)
    app.session_state["doctor_open"] = True
    app.run()
    button = next(button for button in app.button if (button.key or "").startswith("probe-train-"))
    before = len(lab.records)
    button.click().run()
    app.run()
    assert not app.exception
    assert len(lab.records) == before + runs
    assert any(":material/search:" in element.value for element in app.markdown)
