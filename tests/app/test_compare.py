"""The Compare page in both languages, with a lab that trains nothing and recorded locksteps."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest

from clsf.compare.cases import CASES
from clsf.compare.cases.crossedwires import usual
from clsf.compare.pairs import FRAMEWORKS_PAIR, PAIRS, Pair
from clsf.compare.recording import Recording
from clsf.compare.values import FirstParting, LockstepResult
from clsf.errors import EngineError
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.store import RunSummary
from clsf.ui.compare import jobs
from clsf.ui.compare.lockstep import LockstepJob
from clsf.ui.compare.sections import SECTIONS
from clsf.ui.shared import language
from clsf.ui.shared.text import words
from clsf.words import say
from tests.app.seen import charts, html, texts, well
from tests.unit.test_charts_compare import started, step, tensor

NAMES = [section.name for section in SECTIONS]
HEADERS = {
    "en": {"race": "Two runs", "lockstep": "Lockstep", "switches": "Switchboard", "gap": "Cases", "convert": "Convert", "noise": "Noise", "defaults": "Defaults that differ"},
    "ko": {"race": "두 실행 비교", "lockstep": "보조 맞추기", "switches": "스위치보드", "gap": "사례", "convert": "변환", "noise": "잡음", "defaults": "서로 다른 기본값"},
}  # fmt: skip
FRAMEWORKS = ("tensorflow", "torch")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("section", NAMES)
def test_every_section_opens_in_both_languages(open_app, section, lang):
    app = well(open_app("compare", lang, compare=section))
    assert app.header[0].value == HEADERS[lang][section]


def test_an_unknown_section_in_the_link_is_the_first(open_app):
    assert well(open_app("compare", compare="nonsense")).header[0].value == HEADERS["en"]["race"]


# Two runs.


def test_what_will_be_equal_is_said_before_anything_is_trained(open_app):
    shown = html(well(open_app("compare")))
    assert "same weights" in shown
    assert "cp-green" in shown


def test_both_are_trained_and_compared(open_app, lab):
    app = open_app("compare")
    app.button(key="train_both").click().run()
    well(app)
    assert sorted(record.framework for record in lab.records.values()) == list(FRAMEWORKS)
    assert app.query_params["run"]
    assert "Both began with the same weights" in html(app)
    assert "one run each" in texts(app)
    rows = app.table[-1].value.index.tolist()
    assert {"First step", "Steady time per step", "Peak memory of the worker", "Parameters"} <= set(rows)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_code_of_both_stands_beneath_a_race(open_app, lab, lang):
    one, _ = trained(lab, differences=("softmax-before-loss",))
    lab.record(one)
    app = open_app("compare", lang, run=one)
    app.session_state["race_code_open"] = True
    well(app.run())
    [panel] = [json.loads(found.proto.json)[0] for found in app.get("bidi_component") if '"blocks"' in (found.proto.json or "")]
    keras, torch = (side["text"] for side in panel["sides"])
    assert "keras.Input(shape=(8, 8, 1))" in keras
    assert "nn.Module" in torch
    assert "softmax" in keras
    assert "softmax" in torch
    loops = [element.value for element in app.code]
    assert any("GradientTape" in text for text in loops)
    assert any("backward()" in text for text in loops)


def trained(lab, **changes: object) -> list[str]:
    plan = Plan(**{"data": "digits", "epochs": 2, **changes})
    return lab.train(preset("tiny"), plan, FRAMEWORKS)


def test_runs_on_other_data_are_refused_with_the_reason(open_app, lab):
    one, two = trained(lab)[0], trained(lab, data="mnist")[1]
    app = well(open_app("compare", run=one, **{"with": two}))
    assert "can't be compared" in app.error[0].value
    assert "mnist" in app.error[0].value
    assert not app.table
    app.button(key="alone").click().run()
    assert "with" not in app.query_params


def test_runs_of_history_can_be_chosen(open_app, lab):
    ids = [trained(lab)[1], trained(lab, seed=1)[1]]
    lab.recent = lambda owner, limit=20: [summary(run_id) for run_id in ids]
    app = open_app("compare")
    app.button(key="compare_two").click().run()
    well(app)
    assert {app.query_params["run"], app.query_params["with"]} == set(ids)
    assert "seeds" in html(app)
    assert "cp-amber" in html(app)


def summary(run_id: str) -> RunSummary:
    return RunSummary(
        run_id, run_id, "torch", "", time.time(), "finished", "tiny", "digits", 2, 2, 1370, 1.0, 900.0, 1.0, 0.5, 1.0, 0.5, ""
    )


def test_a_failed_half_leaves_the_other_readable(open_app, lab):
    from clsf.events import RunFailed

    one, two = trained(lab)
    lab.record(one)
    lab.record = lambda run_id: lab.records[run_id]
    lab.records[two].fold(RunFailed(say("The worker was lost.")))
    app = well(open_app("compare", run=one))
    assert "The worker was lost." in texts(app)
    assert app.table[-1].value.columns.tolist()[0].endswith("TensorFlow")
    assert "cp-red" in html(app)


def test_an_unknown_run_is_a_sentence(open_app):
    app = well(open_app("compare", run="nobody"))
    assert app.error


# Lockstep.


def finished(
    parting: FirstParting | None = None, failure: object = None, apart: float = 0, pair: Pair = FRAMEWORKS_PAIR
) -> LockstepJob:
    spec, plan = preset("tiny"), Plan("digits", dtype="float64", optimizer="sgd")
    tensors = (tensor("forward", "1"), tensor("forward", "logits", 0.3 if parting else 1e-16), tensor("forward", "loss"))
    steps = [step(n, tensors) for n in (1, 2, 3)]
    result = LockstepResult(3, "float64", 0, 0, 0, 0, apart, None, parting, False, say("That is the verdict."), failure)
    background = SimpleNamespace(items=[started(), *steps, result], failure=None, over=True, version=5, stop=lambda: None)
    return LockstepJob(spec, spec.analyse((8, 8, 1)), plan, Recording(3), {}, background, pair)


def looked_at(open_app, job: LockstepJob, lang: str = "en"):
    jobs._shelf()["known"] = job
    return well(open_app("compare", lang, compare="lockstep", lockstep="known"))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_lockstep_shows_verdict_chart_and_layers(open_app, lang):
    app = looked_at(open_app, finished(), lang)
    assert app.success[0].value == "That is the verdict."
    assert "Conv2D" in html(app)
    assert "class='first" not in html(app)
    assert any("compare-lockstep" in name for name in charts(app))


@pytest.mark.parametrize(("lang", "word"), [("en", "first difference"), ("ko", "처음 갈라진 곳")])
def test_the_first_parting_is_marked_in_the_model(open_app, lang, word):
    app = looked_at(open_app, finished(FirstParting(1, "forward", "logits", 0.3, 1e-9)), lang)
    assert app.warning[0].value == "That is the verdict."
    assert html(app).count(word) == 1


def test_a_half_that_failed_is_named_and_the_steps_stay(open_app):
    app = looked_at(open_app, finished(failure=("torch", say("Out of memory."))))
    assert "PyTorch" in app.error[0].value
    assert "Conv2D" in html(app)


def test_a_worker_that_does_not_answer_is_a_sentence(open_app):
    app = open_app("compare", compare="lockstep")
    app.button(key="run_lockstep").click().run()
    job = next(iter(jobs._shelf().values()))
    assert job.background.wait(10)
    well(app.run())
    assert "worker at the moment" in app.error[0].value


@pytest.mark.parametrize(("apart", "kind"), [(0, "success"), (1e-15, "info")])
def test_a_run_that_repeats_itself_to_the_bit_is_told_from_one_that_nearly_does(open_app, apart, kind):
    app = looked_at(open_app, finished(apart=apart, pair=PAIRS["gpu-nondeterminism"]))
    assert [box.value for box in getattr(app, kind)] == ["That is the verdict."]
    assert not app.warning


def on_a_card(lab) -> None:
    state = lab.state()
    for worker in state.workers:
        worker.device = "NVIDIA H100"
    lab.state = lambda: state


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_without_a_gpu_a_page_tells_what_was_seen_on_one(open_app, lang):
    app = well(open_app("compare", lang, compare="lockstep", sides="gpu-nondeterminism"))
    assert "NVIDIA H100" in app.info[0].value
    assert app.button(key="run_lockstep").disabled
    assert not app.multiselect  # differences are between the frameworks
    app.selectbox(key="lock_sides").set_value("frameworks").run()
    assert not app.button(key="run_lockstep").disabled
    assert app.multiselect(key="picked")


@pytest.mark.parametrize(("sides", "devices"), [("device", ["cpu", "auto"]), ("gpu-nondeterminism", ["auto", "auto"])])
def test_where_a_gpu_is_pytorch_is_compared_with_itself(open_app, lab, sides, devices):
    on_a_card(lab)
    asked = []

    def call(framework, function, request, *rest, timeout):
        if function.endswith("open_session"):
            asked.append((framework, request.plan["device"]))
        raise EngineError("No {what} today.", what=framework)

    lab.call = call
    app = open_app("compare", compare="lockstep", sides=sides)
    app.button(key="run_lockstep").click().run()
    job = next(iter(jobs._shelf().values()))
    assert job.background.wait(10)
    assert sorted(asked) == sorted(("torch", device) for device in devices)


def test_too_much_to_record_says_how_much_and_offers_less(open_app):
    app = open_app("compare", compare="lockstep", model="lecture-cnn")
    app.number_input(key="lock_batch").set_value(4096).run()
    app.number_input(key="keep").set_value(5000).run()
    well(app)
    assert "MB" in app.error[0].value
    assert app.button(key="run_lockstep").disabled


# The switchboard.


def test_a_switch_is_in_the_link_and_in_the_lockstep(open_app):
    app = open_app("compare", compare="switches", model="lecture-cnn")
    app.get_by_key("switch_softmax-before-loss").set_value("lecture").run()
    well(app)
    assert app.query_params["switches"] == "softmax-before-loss"
    again = well(open_app("compare", compare="lockstep", switches="softmax-before-loss,nonsense,shuffling:keras"))
    assert again.multiselect(key="picked").value == ["softmax-before-loss", "shuffling"]
    assert again.query_params["switches"] == "softmax-before-loss,shuffling:keras"


def test_what_can_not_show_says_why(open_app):
    app = well(open_app("compare", compare="switches", model="tiny"))
    assert "needs a batch normalisation layer" in texts(app)
    assert "does not clip gradients" in texts(app)
    assert "no class weights" in texts(app)
    app = well(open_app("compare", compare="switches", model="tiny", lock_clip="0.1", lock_weigh="true"))
    assert "does not clip gradients" not in texts(app)
    assert "no class weights" not in texts(app)


def test_with_and_without_trains_two_runs_and_leads_to_them(open_app, lab):
    app = open_app("compare", compare="switches", model="tiny")
    app.button(key="train_softmax-before-loss").click().run()
    well(app)
    assert app.header[0].value == HEADERS["en"]["race"]
    plans = [record.plan for record in lab.records.values()]
    assert [plan.differences for plan in plans] == [(), ("softmax-before-loss",)]
    assert {record.framework for record in lab.records.values()} == {"torch"}
    assert {app.query_params["run"], app.query_params["with"]} == set(lab.records)


# The gap and noise.


def test_an_empty_order_explains_nothing(open_app):
    app = open_app("compare", compare="gap")
    app.multiselect(key="gap_order").set_value([]).run()
    assert well(app).button(key="explain").disabled


def test_the_time_is_estimated_before_it_starts(open_app):
    for section in ("gap", "noise"):
        assert "trainings, about" in texts(well(open_app("compare", compare=section)))


def test_the_gap_goes_through_its_causes(open_app, lab):
    lab.wait = lambda run_ids, timeout=None: True
    app = open_app("compare", compare="gap")
    app.number_input(key="gap_seeds").set_value(2)
    app.number_input(key="gap_epochs").set_value(1)
    app.button(key="explain").click().run()
    job = next(iter(jobs._shelf().values()))
    assert job.background.wait(20)
    well(app.run())
    assert len(lab.records) == 12
    assert "Outside the noise" in texts(app) or "No single gain" in texts(app)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_each_case_says_what_was_published_and_what_may_explain_it(open_app, monkeypatch, lang):
    monkeypatch.setattr(language, "chosen", lambda: lang)
    app = open_app("compare", lang, compare="gap")
    for case in CASES.values():
        well(app.selectbox(key="case").set_value(case.name).run())
        told = texts(app).replace("\\", "")
        assert words(case.question) in told
        assert words(case.published.numbers[0][1]) in told if case.published.numbers else True
        assert app.multiselect[0].value == list(case.order)
    assert app.query_params["case"] == "same-seed"


def test_a_case_with_a_reference_trains_both_and_closes_the_gap(open_app, lab):
    lab.wait = lambda run_ids, timeout=None: True
    app = open_app("compare", compare="gap", case="adam-epsilon")
    app.number_input(key="gap_seeds").set_value(2)
    app.number_input(key="gap_epochs").set_value(1)
    app.button(key="explain").click().run()
    job = next(iter(jobs._shelf().values()))
    assert job.background.wait(20)
    well(app.run())
    assert [r.framework for r in lab.records.values()] == ["tensorflow"] * 2 + ["torch"] * 4
    assert "PyTorch minus the reference" in texts(app)
    assert [r.plan.differences for r in lab.records.values()][-1] == ()


def test_a_published_pair_can_be_run_here(open_app, lab):
    lab.wait = lambda run_ids, timeout=None: True
    app = open_app("compare", compare="gap", case="crossedwires-vgg")
    well(app.toggle(key="published_row").set_value(True).run())
    app.number_input(key="gap_seeds").set_value(1)
    app.button(key="explain").click().run()
    job = next(iter(jobs._shelf().values()))
    assert job.background.wait(20)
    row = usual("vgg")
    assert (job.plan.learning_rate, job.plan.batch_size) == (row.learning_rate, row.batch_size)
    assert job.plan.hyper["epsilon"] == row.epsilon


def test_seeds_are_compared_in_pairs(open_app, lab):
    lab.wait = lambda run_ids, timeout=None: True
    app = open_app("compare", compare="noise")
    app.number_input(key="noise_seeds").set_value(2)
    app.number_input(key="noise_epochs").set_value(1)
    app.button(key="train_seeds").click().run()
    job = next(iter(jobs._shelf().values()))
    assert job.background.wait(20)
    well(app.run())
    assert "there is no gap" in texts(app)
    assert sorted((r.framework, r.plan.seed) for r in lab.records.values()) == [(f, s) for f in FRAMEWORKS for s in (0, 1)]


STOPS = [
    ("gap", "explain", "stop_gap", "gap_seeds", {"en": "Stopped: 0 of 6 steps", "ko": "단계 6개 중 0개"}),
    ("noise", "train_seeds", "stop_noise", "noise_seeds", {"en": "Stopped: 0 of 2 seeds", "ko": "시드 2개 중 0개"}),
]


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize(("section", "start", "stop", "seeds", "said"), STOPS)
def test_stop_ends_the_training_in_progress_and_starts_no_other(
    open_app, lab, monkeypatch, section, start, stop, seeds, said, lang
):
    monkeypatch.setattr(language, "chosen", lambda: lang)  # AppTest formats options in the test's thread, which has no session
    lab.speed = 0.001  # without a stop, a run takes for ever

    def wait(run_ids, timeout=None):
        time.sleep(0.02)
        return all(lab.record(run_id).over for run_id in run_ids)

    lab.wait = wait
    app = open_app("compare", lang, compare=section)
    app.number_input(key=seeds).set_value(2)
    app.button(key=start).click().run()
    job = next(iter(jobs._shelf().values()))
    assert not job.background.wait(0.3)
    app.button(key=stop).click().run()
    assert job.background.wait(10)
    well(app.run())
    [(run_id, command, _)] = lab.commands[:1]
    assert command == "stop"
    assert [(r.run_id, r.status) for r in lab.records.values()] == [(run_id, "stopped")]
    assert said[lang] in texts(app)
    with pytest.raises(KeyError):
        app.button(key=stop)


# Defaults.


def test_workers_that_do_not_answer_are_asked_again(open_app):
    app = open_app("compare", compare="defaults")
    assert next(iter(jobs._shelf().values())).background.wait(10)
    well(app.run())
    assert len(app.warning) == 2
    app.button(key="ask_again").click().run()
    assert len(jobs._shelf()) == 2


def test_a_row_opens_its_switch_which_stands_first_and_is_on(open_app, lab):
    lab.call = lambda framework, function, *args, timeout=30.0: {"adam-rule": {"epsilon": 1e-7}}
    app = open_app("compare", compare="defaults")
    assert next(iter(jobs._shelf().values())).background.wait(10)
    app.run()
    app.button(key="open_adam-rule").click().run()
    well(app)
    assert app.header[0].value == "Switchboard"
    assert app.query_params["switches"] == "adam-rule"
    assert "This needs the optimizer 'adam'" in texts(app).replace("\\", "")
