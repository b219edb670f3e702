"""Looking inside, one batch at a time, early stopping and logs on the Train page, in both languages, with a lab that trains nothing."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st

from clsf.ui.shared import service_access, state
from clsf.ui.shared.settings import keys as setting_keys
from clsf.ui.train import keys
from tests.app.looks import KERNEL
from tests.app.seen import charts, html, texts
from tests.app.test_train_settings import start

LANGUAGES = pytest.mark.parametrize("lang", ["en", "ko"])
LOOKS = ("spread", "ratio", "dead", "images", "maps", "confusion")


@pytest.fixture(autouse=True)
def forgotten():
    """Images that another test was shown."""
    st.cache_data.clear()


@pytest.fixture
def pictures(lab, monkeypatch):
    """A worker that gives the images of a run, and counts the requests."""
    asked = []

    def call(framework, function, *args, timeout=30.0):
        asked.append((framework, function, args[1]))
        return np.zeros((len(args[1]), 8, 8, 1), np.uint8)

    monkeypatch.setattr(service_access.get_service(), "call", call)
    return asked


def seen_inside(open_app, lang="en", look="spread"):
    app = open_app("train", lang)
    app.toggle(key=setting_keys.LOOK_INSIDE).set_value(True).run()
    start(app)
    app.session_state[keys.INSIDE] = look
    app.run()
    assert not app.exception
    return app


@LANGUAGES
@pytest.mark.parametrize("look", LOOKS)
def test_every_look_is_there_in_both_languages(open_app, pictures, look, lang):
    app = seen_inside(open_app, lang, look)
    assert "TensorFlow: 0.5" in texts(app), "what looking cost is said"
    shown = {"spread": "train-inside-spread", "ratio": "train-inside-ratio", "dead": "train-inside-dead", "confusion": "train-inside-confusion"}  # fmt: skip
    if look in shown:
        assert {"TensorFlow", "PyTorch"} <= set(charts(app)[shown[look]]["alt"].replace(":", " ").replace(",", " ").split())
    else:
        assert "data:image/png;base64" in html(app)


def test_without_the_wish_nothing_inside_is_shown(open_app):
    app = start(open_app("train"))
    assert "Inside the model" not in texts(app)


def test_the_followed_images_say_what_the_model_answered(open_app, pictures):
    app = seen_inside(open_app, look="images")
    page = html(app)
    assert page.count("<figure>") == 16
    assert page.count('class="tp-strip"') == 32  # one per image and framework
    assert "right after 4 of 5 looks" in page  # all answers are 0 after the first epoch
    assert {(framework, tuple(args)) for framework, _, args in pictures} == {("tensorflow", tuple(range(16)))}


def test_before_the_first_look_nothing_is_said_of_the_model(open_app, lab):
    app = seen_inside(open_app, look="dead")
    for record in lab.records.values():
        record.layers_looked.clear()
    app.run()
    assert "Nothing has been looked at yet." in texts(app)
    assert "This model has no ReLU." not in texts(app)


def test_images_are_missing_but_answers_stay_if_no_worker_can_be_asked(open_app):
    app = seen_inside(open_app, look="images")  # FakeLab.call refuses
    assert html(app).count('class="none"') == 16
    assert "tp-strip" in html(app)


def test_the_confusion_matrix_follows_the_epoch_that_is_chosen(open_app, pictures):
    app = seen_inside(open_app, look="confusion")
    assert charts(app)["train-inside-confusion"]["figure"]["data"][0]["customdata"][0][0] == 25
    app.select_slider(key=keys.INSIDE_AT).set_value(2).run()
    assert charts(app)["train-inside-confusion"]["figure"]["data"][0]["customdata"][0][0] == 22
    assert "after epoch 2" in texts(app)


def test_another_image_can_be_watched_only_while_a_run_lives(open_app, lab, pictures):
    app = seen_inside(open_app, look="maps")
    assert app.selectbox(key=keys.WATCHED).disabled
    for record in lab.records.values():
        record.ended, record.status = None, "running"
    lab.speed = 0.001
    app.run()
    app.selectbox(key=keys.WATCHED).set_value(3).run()
    assert {(command, value) for _, command, value in lab.commands} == {("watch", 3.0)}


# One batch at a time.


@LANGUAGES
def test_step_mode_begins_with_one_batch_told_in_detail(open_app, lab, lang):
    app = open_app("train", lang)
    app.button(key="train_stepwise").click().run()
    assert not app.exception
    assert [command for _, command, _ in lab.commands] == ["look", "look"]
    assert all(record.race for record in lab.records.values()), "or the second framework would wait for ever"
    assert [metric.value for metric in app.metric if metric.value == "2.2500"] == ["2.2500"] * 2
    assert [metric.value for metric in app.metric if metric.value == "4 / 32"] == ["4 / 32"] * 2
    assert html(app).count('<figure><img src="data:image/png') == 16
    gradients = charts(app)["train-step-gradients"]
    assert [trace["name"] for trace in gradients["figure"]["data"]] == ["TensorFlow", "PyTorch"]
    assert gradients["figure"]["data"][0]["x"] == [2.0]
    first = KERNEL[0, 0, 0, 0]
    assert f"{first:.3g}</td>" in html(app)
    assert f"{first - 0.1 * 2 * first:.3g}</td>" in html(app)


def test_one_step_takes_another_batch_and_resume_goes_on(open_app, lab):
    app = open_app("train")
    app.button(key="train_stepwise").click().run()
    app.button(key="step").click().run()
    assert [command for _, command, _ in lab.commands] == ["look"] * 4
    assert any("Step 2" in heading.value for heading in app.header)
    app.button(key="resume").click().run()
    assert {record.status for record in lab.records.values()} == {"running"}
    assert not any("Step 2" in heading.value for heading in app.header)  # folded, but still there
    assert any("Step 2" in found.label for found in app.expander)


def test_gradients_that_fit_keeps_to_itself_are_not_made_up(open_app, lab):
    app = open_app("train")
    app.get_by_key("frameworks").set_value(["tensorflow"])
    app.get_by_key(state.TENSORFLOW_VARIANT).set_value("fit").run()
    app.button(key="train_stepwise").click().run()
    assert not app.exception
    assert "model.fit keeps its gradients to itself" in texts(app)
    assert "train-step-gradients" not in charts(app)


# Stopping, the learning rate, logs.


@LANGUAGES
def test_early_stopping_and_the_best_epoch_are_marked_and_told(open_app, lab, lang):
    app = open_app("train", lang)
    app.toggle(key=setting_keys.STOP_EARLY).set_value(True)
    app.session_state[setting_keys.BEST] = "best"
    start(app.run())
    for name in ("chart-loss", "chart-accuracy"):
        stars = [t for t in charts(app)[name]["figure"]["data"] if t.get("marker", {}).get("symbol") == "star-open"]
        assert [star["x"] for star in stars] == [[90.0], [90.0]], "epoch 2 of 45 batches"
    table = app.table[0].value
    assert table.loc["Best epoch" if lang == "en" else "최고 에포크"].tolist() == ["2", "2"]
    kept = table.loc["Weights kept" if lang == "en" else "보관한 가중치"].tolist()
    assert kept == (["of epoch 2, restored"] * 2 if lang == "en" else ["에포크 2(복원함)"] * 2)
    assert ("stopped early after epoch 5 of 5" if lang == "en" else "조기 종료했습니다") in texts(app)


def test_the_learning_rate_in_force_is_drawn_when_it_changes(open_app):
    app = open_app("train")
    assert "chart-learning-rate" not in charts(start(app))
    app.session_state[setting_keys.SCHEDULE] = "exponential"
    start(app.run())
    assert "chart-learning-rate" in charts(app)


@LANGUAGES
def test_logs_can_be_taken_along(open_app, lab, lang):
    app = start(open_app("train", lang))
    app.session_state["logs_open"] = True
    app.run()
    assert not app.exception
    keys_shown = {button.key for button in app.get("download_button")}
    assert {"csv_tensorflow", "csv_torch", "tensorboard_tensorflow", "tensorboard_torch"} <= keys_shown


def test_times_under_load_are_called_unfair(open_app):
    assert "makes times unfair" in texts(start(open_app("train")))
