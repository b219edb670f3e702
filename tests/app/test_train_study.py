"""The loop as code and the study of variants, on the Train page in both languages."""

from __future__ import annotations

import pytest

from clsf.charts.train_variants import Timing
from clsf.plan import Plan, Schedule, Stopping
from clsf.runs.history import RunHistory
from clsf.ui.shared.settings import keys as setting_keys
from clsf.ui.shared.settings.looping import VARIANT_TITLES
from clsf.ui.train import keys, study_view
from tests.app.seen import charts, texts
from tests.app.test_train_settings import start

LANGUAGES = pytest.mark.parametrize("lang", ["en", "ko"])


@pytest.fixture(autouse=True)
def tags(monkeypatch) -> dict[str, list[str]]:
    """Return run -> its tags; the real history has none of these tests' runs."""
    found: dict[str, list[str]] = {}
    monkeypatch.setattr(RunHistory, "describe", lambda self, owner, run_id, name, note, tags: found.update({run_id: tags}))
    return found


def opened(open_app, view: str, lang: str = "en"):
    app = open_app("train", lang)
    app.session_state[keys.VIEW] = view
    app.run()
    assert not app.exception
    return app


@LANGUAGES
def test_the_code_of_the_chosen_variants_is_shown_side_by_side(open_app, lang):
    app = opened(open_app, "code", lang)
    keras, torch = (block.value for block in app.code)
    assert "@tf.function" in keras
    assert all(call in torch for call in ("zero_grad", "backward()", "optimizer.step()"))
    app.get_by_key("loop").set_value("fit").run()
    assert "model.fit(" in app.code[0].value


@pytest.mark.parametrize(("which", "count"), [("tensorflow", 3), ("torch", 2)])
def test_all_variants_of_a_framework_can_be_read_together(open_app, which, count):
    app = opened(open_app, "code")
    app.session_state[keys.CODE] = which
    app.run()
    assert len({block.value for block in app.code}) == count


def test_the_code_has_the_settings_that_are_chosen(open_app):
    app = opened(open_app, "code")
    app.toggle(key=setting_keys.STOP_EARLY).set_value(True).run()
    app.number_input(key=setting_keys.PATIENCE).set_value(7).run()
    assert all("elif epoch - best_epoch >= 7:" in block.value for block in app.code)


def test_starting_from_the_code_leads_to_the_run(open_app, lab):
    app = opened(open_app, "code")
    start(app)
    assert len(lab.records) == 2
    assert not app.code
    assert app.table


@LANGUAGES
def test_the_study_trains_each_variant_on_the_same_batches_and_says_what_came_of_it(open_app, lab, tags, lang):
    app = opened(open_app, "study", lang)
    app.number_input(key=keys.STUDY_STEPS).set_value(60).run()
    app.button(key="run_study").click().run()
    assert not app.exception
    records = list(lab.records.values())
    assert [(r.framework, r.plan.variants[r.framework]) for r in records] == [
        ("tensorflow", "eager"), ("tensorflow", "graph"), ("tensorflow", "eager"), ("tensorflow", "fit"),
        ("torch", "loop"), ("torch", "loop"), ("torch", "dataloader"),
    ]  # fmt: skip
    measured = [r.plan for r in records if r is not records[0] and r is not records[4]]
    assert len({p.but(variants={"tensorflow": "graph", "torch": "loop"}) for p in measured}) == 1
    assert app.query_params[keys.STUDY].split(",") == list(lab.records)
    assert tags == {key: ["study of variants" if lang == "en" else "방식 비교 실험"] for key in lab.records}
    table = app.table[0].value
    assert len(table) == 5, "the two runs that warm the workers up are not among them"
    assert all(VARIANT_TITLES[name] in " ".join(table.index) for name in ("graph", "eager", "fit", "loop", "dataloader"))
    (chart,) = [chart for name, chart in charts(app).items() if "train-study" in name]
    assert len(chart["figure"]["data"]) == 5
    assert ("unfair" if lang == "en" else "공정하지") in texts(app)


def test_the_study_is_found_again_by_its_link(open_app, lab):
    app = opened(open_app, "study")
    app.button(key="run_study").click().run()
    again = opened(open_app, "study")
    again.query_params[keys.STUDY] = app.query_params[keys.STUDY]
    again.run()
    assert len(again.table[0].value) == 5


def test_a_study_that_is_gone_is_a_sentence(open_app):
    app = opened(open_app, "study")
    app.query_params[keys.STUDY] = "nobody"
    app.run()
    assert not app.exception
    assert "nobody" in app.error[0].value


def test_a_refusal_starts_nothing(open_app, lab):
    app = opened(open_app, "study")
    lab.refusal = "The queue is full; wait for a run to end."
    app.button(key="run_study").click().run()
    assert "queue is full" in app.error[0].value
    assert not lab.records


# Which runs, and their results.


def test_the_plans_of_a_study_have_as_many_steps_as_asked_for_and_nothing_else_going_on():
    plan = Plan(
        "digits", batch_size=32, epochs=9, look_inside=True, stopping=Stopping(patience=2), schedule=Schedule(warmup_epochs=5)
    )
    plans = [p for _, p in study_view.study_plans(plan, ("tensorflow",), steps=50, images=1100)]
    warm, *rest = plans
    assert (warm.train_limit, warm.epochs) == (64, 1)
    for one in rest:
        assert one.train_limit == 34 * 32  # whole batches only: a smaller last one would be traced separately
        assert one.epochs == 2
        assert (one.look_inside, one.stopping, one.schedule) == (False, Stopping(), Schedule())


def test_findings_name_the_price_of_tracing_and_when_it_has_paid(lab):
    graph = Timing("tensorflow", "graph", "graph", (1.0, 1.01), 0.01)
    eager = Timing("tensorflow", "eager", "eager", (0.1, 0.15), 0.05)
    first, paid = study_view.findings([graph, eager])
    assert "5.0 times as fast" in first
    assert "1.00 s" in first
    assert "step 24" in paid  # 1.0 + 23 · 0.01 = 1.23 < 0.1 + 23 · 0.05 = 1.25
    slow = Timing("tensorflow", "graph", "graph", (1.0, 1.1), 0.06)
    assert "never catches up" in study_view.findings([slow, eager])[1]
