"""The Predict page in both languages, with a lab whose workers give made-up answers."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import numpy as np
import pytest

from clsf.course import path
from clsf.errors import CapsuleError, DataError, EngineError
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.predict import metrics
from clsf.predict.trying import Tried
from clsf.predict.values import Evaluated, Inside, LayerInside, Map, Neighbours, Prediction, Way
from clsf.ui.predict import keys, mistakes
from clsf.ui.predict.sections import SECTIONS
from clsf.ui.shared import take_home
from clsf.ui.shared.drawing import decoded
from tests.app.fake_lab import FakeLab
from tests.app.seen import html, texts, well

NAMES = [section.name for section in SECTIONS]
HEADERS = {
    "en": {"try": "Try it", "evaluate": "Evaluate", "inside": "Look inside", "home": "Take it home", "report": "Report"},
    "ko": {"try": "직접 해 보기", "evaluate": "평가", "inside": "안을 들여다보기", "home": "가져가기", "report": "보고서"},
}


class Oracle:
    """Answers as workers would give them, for the 8×8 digits."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []
        self.refuse: dict[str, Exception] = {}
        self.held: set[str] = set()

    def __call__(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        self.asked.append((framework, function, args))
        name = function.partition(":")[2]
        if name in self.refuse:
            raise self.refuse[name]
        return getattr(self, f"_{name}")(framework, *args)

    def _held(self, request) -> bool:
        return request.token in self.held

    def _hold(self, framework, request, weights):
        self.held.add(request.token)
        return True

    def _said(self, framework) -> np.ndarray:
        p = np.full((1, 10), 0.01)
        p[0, 3 if framework == "tensorflow" else 8] = 0.91
        return p

    def _tried(self, framework, pixels) -> Tried:
        return Tried(pixels, Prediction(self._said(framework), 0.0, 1.0, 0.01))

    def _drawn(self, framework, request, ink):
        return self._tried(framework, np.full((8, 8, 1), 7, np.uint8)) if self._held(request) else None

    def _asked(self, framework, request, pixels):
        return self._tried(framework, pixels) if self._held(request) else None

    def _uploaded(self, framework, request, data, ground):
        return self._tried(framework, np.full((8, 8, 1), 9, np.uint8)) if self._held(request) else None

    def _one_picture(self, framework, data, plan, label, number):
        return np.full((8, 8, 1), 100, np.uint8), 5 if label is None else label, number

    def _pictures(self, framework, data, plan, numbers):
        return np.zeros((len(numbers), 8, 8, 1), np.uint8)

    def _evaluate(self, framework, request):
        if not self._held(request):
            return None
        labels = np.arange(100) % 10
        p = np.full((100, 10), 0.02)
        p[np.arange(100), labels] = 0.82
        wrong = 7 if framework == "tensorflow" else 12
        p[wrong] = 0.02
        p[wrong, (labels[wrong] + 1) % 10] = 0.82
        ways = (Way("model(x)", "tensor", "float32", 0.01, 0.0), Way("model.train(); model(x)", "tensor", "float32", 0.01, 0.2))
        return Evaluated("test", metrics.cross_entropy(labels, p), 0.99, p, labels, np.arange(100), (32, 8, 8, 1), ways,
                         metrics.confusion(labels, p), metrics.per_class(labels, p), 0.4)  # fmt: skip

    def _judge(self, framework, request, recalibrate):
        if not self._held(request):
            return None
        return SimpleNamespace(before=SimpleNamespace(accuracy=0.11), after=SimpleNamespace(accuracy=0.58))

    def _inspect_image(self, framework, request, pixels, wanted):
        if not self._held(request):
            return None
        values = np.random.default_rng(1).random((8, 8, 4)).astype(np.float32)
        layers = (
            LayerInside("1", "Conv2D", (8, 8, 4), values, np.arange(4), 0.0, 1.0, np.arange(4), values, np.ones(4, np.float32)),
            LayerInside("2", "Dense", (10,), np.linspace(-1, 1, 10, dtype=np.float32), np.arange(10), -1.0, 1.0,
                  np.zeros(0, int), np.zeros((0, 0, 0), np.float32), np.zeros(0, np.float32)),
        )  # fmt: skip
        flat = values[..., 0]
        return Inside(self._said(framework)[0], 3 if wanted is None else wanted, layers, flat, flat, "1", (8, 8), flat - 0.5, 2,
                      np.ones((3, 3, 1, 4), np.float32))  # fmt: skip

    def _neighbours(self, framework, request, pixels):
        return Neighbours("1", np.arange(3), np.arange(3.0), np.arange(3), 360, "test") if self._held(request) else None

    def _mapped(self, framework, request, pixels, method):
        if not self._held(request):
            return None
        labels = np.arange(20) % 10
        points = np.random.default_rng(0).normal(0, 1, (20, 2))
        return Map(method, points, labels, labels, np.arange(20), np.zeros(2), 0.5, 512, "test")

    def _read(self, framework, content):
        raise CapsuleError(
            "This capsule can't be opened. {why}", why="It is no zip archive. Choose a file whose name ends in .clsf.zip."
        )


@pytest.fixture
def trained(lab: FakeLab, monkeypatch) -> tuple[FakeLab, list[str]]:
    """Two finished runs of digits, and workers that know them."""
    ids = lab.train(preset("tiny", 10), Plan("digits", epochs=2), ("tensorflow", "torch"), owner="me")
    for run_id in ids:
        lab.record(run_id)
    lab.oracle = Oracle()
    monkeypatch.setattr(lab, "call", lab.oracle)
    weights = {"1.kernel": np.zeros((3, 3, 1, 8), np.float32)}
    monkeypatch.setattr(lab, "weights", lambda run_id: weights, raising=False)
    monkeypatch.setattr(lab, "store", SimpleNamespace(events=lambda run_id: []), raising=False)
    kept = SimpleNamespace(line=lambda run_id: SimpleNamespace(note="my *own* <b>note</b>"))
    monkeypatch.setattr(FakeLab, "history", property(lambda self: kept))
    import streamlit as st

    st.cache_data.clear()
    return lab, ids


# Nothing to ask yet.


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "Two models that came with the dashboard answer."), ("ko", "대시보드에 들어 있는 모델 두 개가 답합니다.")],
)
def test_without_a_run_one_click_trains_both(open_app, lab, lang, said):
    app = well(open_app("predict", lang))
    assert said in texts(app)
    lab.speed = 0.0  # it goes on
    well(app.get_by_key("predict_train").click().run())
    assert {r.framework for r in lab.records.values()} == {"tensorflow", "torch"}
    assert all((r.plan.data, r.plan.epochs) == ("digits", 20) for r in lab.records.values())
    assert {"en": "The models are being trained.", "ko": "모델을 학습하고 있습니다."}[lang] in texts(app)


def test_a_refused_training_is_said_and_can_be_tried_again(open_app, lab):
    lab.refusal = "the queue is full"
    app = well(open_app("predict"))
    well(app.get_by_key("predict_train").click().run())
    assert any("the queue is full" in e.value for e in app.error)
    lab.refusal = None
    well(app.get_by_key("predict_train").click().run())
    assert len(lab.records) == 2


def test_a_run_that_is_not_there_is_said(open_app, lab):
    app = well(open_app("predict", run="nobody"))
    assert "There is no run 'nobody'" in texts(app).replace("\\", "")
    assert app.get_by_key("predict_train")


# Every section.


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("section", NAMES)
def test_every_section_opens_in_both_languages(open_app, trained, section, lang):
    app = well(open_app("predict", lang, predict=section, run=trained[1][0]))
    assert app.header[0].value == HEADERS[lang][section]
    assert not app.error


def test_both_runs_of_a_start_are_chosen_and_one_can_be_left_out(open_app, trained):
    lab, ids = trained
    app = well(open_app("predict", predict="evaluate", run=ids[1]))
    assert [app.get_by_key(keys.ONE).value, app.get_by_key(keys.TWO).value] == ids
    well(app.get_by_key(keys.TWO).set_value("").run())
    well(app.get_by_key("predict_evaluate").click().run())
    assert {f for f, name, _ in lab.oracle.asked if name.endswith(":evaluate")} == {"tensorflow"}


def test_models_of_different_tasks_are_not_mixed(open_app, trained):
    lab, ids = trained
    other = lab.train(preset("tiny", 10), Plan("shapes", epochs=2), ("torch",))[0]
    lab.record(other)
    lab.recent = lambda owner=None, limit=100: [SimpleNamespace(run_id=i, status="finished") for i in (*ids, other)]
    app = well(open_app("predict", predict="evaluate", run=ids[0], second=other))
    assert "different questions" in texts(app)


def test_fresh_statistics_are_one_press_where_there_is_batch_normalisation(open_app, trained):
    lab, ids = trained
    app = well(open_app("predict", predict="evaluate", run=ids[0]))
    assert "predict_recalibrate" not in [button.key for button in app.button]
    [other] = lab.train(preset("residual", 10), Plan("digits", epochs=2), ("tensorflow",), owner="me")
    lab.record(other)
    app = well(open_app("predict", predict="evaluate", run=other))
    well(app.get_by_key("predict_recalibrate").click().run())
    assert "11.0 % becomes 58.0 %, without one step of training." in texts(app)


# Try it.


def test_both_say_what_they_think_of_a_test_image_in_bars_and_in_words(open_app, trained):
    app = well(open_app("predict", predict="try", source="test", run=trained[1][0]))
    shown = html(app)
    assert "TensorFlow says: 3 with 91%" in shown
    assert "PyTorch says: 8 with 91%" in shown
    assert 'role="status"' in shown
    assert "8×8×1" in shown
    assert shown.count("<tr") == 10


TASK = "metrics-that-lie/ask"  # lesson tasks solved on this page


def test_the_lessons_task_is_met_by_an_answer_and_not_by_a_refusal(open_app, trained):
    check = path.path("en").lesson(TASK.split("/")[0]).step(TASK.split("/")[1]).block.check
    lab, ids = trained
    lab.oracle.refuse["asked"] = DataError("{why}", why="no")
    app = open_app("predict", predict="try", source="test", run=ids[0])
    assert not check.met(app.session_state["facts_told"]["guess"])
    lab.oracle.refuse.clear()
    app = well(open_app("predict", predict="try", source="test", run=ids[0]))
    assert check.met(app.session_state["facts_told"]["guess"])


def test_weights_are_sent_only_to_a_worker_that_lacks_them(open_app, trained):
    lab, ids = trained
    app = well(open_app("predict", predict="try", source="test", run=ids[0]))
    well(app.get_by_key(keys.NUMBER).set_value(4).run())
    names = [name.partition(":")[2] for _, name, _ in lab.oracle.asked]
    assert names.count("hold") == 2
    assert names.count("asked") == 2 + 4  # both were asked before and after


def test_a_picture_that_can_not_be_used_is_refused_in_a_sentence(open_app, trained):
    lab, ids = trained
    lab.oracle.refuse["uploaded"] = DataError(
        "This picture can't be used. {why}", why=DataError("It has more than {most} megapixels.", most=20).sentence
    )
    app = well(open_app("predict", "ko", predict="try", source="upload", run=ids[0]))
    uploader = app.get_by_key(keys.UPLOAD)
    well(
        uploader.upload("huge.png", b"x", "image/png").run()
        if hasattr(uploader, "upload")
        else uploader.set_value(("huge.png", b"x", "image/png")).run()
    )
    assert "이 사진은 쓸 수 없습니다" in texts(app)
    lab.oracle.refuse.clear()


def test_one_worker_that_fails_does_not_silence_the_other(open_app, trained):
    lab, ids = trained
    answer = lab.oracle._asked

    def only_torch(framework, request, pixels):
        if framework == "tensorflow":
            raise EngineError("There is no {framework} worker at the moment. Try again in a few seconds.", framework=framework)
        return answer(framework, request, pixels)

    lab.oracle._asked = only_torch
    app = well(open_app("predict", predict="try", source="test", run=ids[0]))
    assert any("no tensorflow worker" in e.value for e in app.error)
    assert "PyTorch says: 8" in html(app)
    assert "TensorFlow says" not in html(app)


@pytest.mark.parametrize(
    ("value", "side", "channels", "drawn"),
    [
        pytest.param("1:digits-0:" + base64.b64encode(bytes([0, 9, 0, 0])).decode(), 2, 1, True, id="ink"),
        pytest.param("1:digits-0:" + base64.b64encode(bytes(4)).decode(), 2, 1, False, id="empty"),
        pytest.param("1:x:" + base64.b64encode(bytes([255] * 12)).decode(), 2, 3, False, id="empty paper"),
        pytest.param("1:x:" + base64.b64encode(bytes(5)).decode(), 2, 1, False, id="of another size"),
        pytest.param("1:x:###", 2, 1, False, id="no base64"),
        pytest.param({"a": 1}, 2, 1, False, id="no text"),
        pytest.param("9" * 500_000, 2, 1, False, id="endless"),
        pytest.param("1:x:", 2, 1, False, id="nothing"),
    ],
)
def test_what_a_browser_sends_as_a_drawing_is_checked(value, side, channels, drawn):
    found = decoded(value, side, channels)
    assert (found is not None) == drawn
    if drawn:
        assert found.tolist() == [[0, 9], [0, 0]]


# Evaluate.


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_test_set_is_used_once_per_click_and_it_is_said(open_app, trained, lang):
    lab, ids = trained
    app = well(open_app("predict", lang, predict="evaluate", run=ids[0]))
    assert not [1 for _, name, _ in lab.oracle.asked if name.endswith(":evaluate")]
    well(app.get_by_key("predict_evaluate").click().run())
    asked = len([1 for _, name, _ in lab.oracle.asked if name.endswith(":evaluate")])
    for view in ("confusion", "sure", "images", "numbers"):
        well(app.get_by_key(keys.VIEW).set_value(view).run())
    assert len([1 for _, name, _ in lab.oracle.asked if name.endswith(":evaluate")]) == asked
    assert {"en": "in this session: 1", "ko": "측정한 횟수: 1"}[lang] in texts(app)
    shown = html(app)
    assert "99.00%" in shown
    assert "94.55% – 99.82%" in shown  # Wilson for 99 of 100
    assert "0.990000" in shown  # by hand and by evaluate


def test_images_behind_the_numbers_are_shown(open_app, trained):
    app = well(open_app("predict", predict="evaluate", run=trained[1][0], measured_as="images"))
    well(app.get_by_key("predict_evaluate").click().run())
    assert "Where the two disagree" in texts(app)
    assert "All images on which they disagree" in texts(app)  # each is wrong once, on different images
    assert html(app).count("<figure>") == 2 + 1 + 1
    assert "shows 7; TensorFlow: 8 82%; PyTorch: 7 82%" in html(app)


def test_images_that_are_not_all_shown_are_told_so(open_app, trained, monkeypatch):
    monkeypatch.setattr(mistakes, "MOST", 1)
    app = well(open_app("predict", predict="evaluate", run=trained[1][0], measured_as="images"))
    assert "nothing was measured on the test set yet" in texts(app)
    well(app.get_by_key("predict_evaluate").click().run())
    assert "They disagree on 2 images. The 1 whose" in texts(app)


# Look inside.


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("view", ["where", "layers", "filters", "alike", "map"])
def test_every_view_of_the_inside_opens(open_app, trained, view, lang):
    app = well(open_app("predict", lang, predict="inside", inside_view=view, run=trained[1][0]))
    assert not app.error
    if view != "map":
        assert "data:image/png;base64," in html(app)
    if view == "layers":
        assert html(app).count('<div class="pd pd-layer">') == 2


# Take it home, report.


def test_a_hostile_capsule_is_refused_and_nothing_is_lost(open_app, trained):
    ids = trained[1]
    app = well(open_app("predict", predict="home", run=ids[0]))
    uploader = app.get_by_key(keys.CAPSULE)
    well(
        uploader.upload("evil.zip", b"PK", "application/zip").run()
        if hasattr(uploader, "upload")
        else uploader.set_value(("evil.zip", b"PK", "application/zip")).run()
    )
    well(app.get_by_key("predict_open_capsule").click().run())
    assert "This capsule can't be opened. It is no zip archive." in texts(app).replace("\\", "")
    assert app.get_by_key(keys.ONE).value == ids[0]


def test_a_file_that_could_not_be_made_is_said_beside_its_model(open_app, trained):
    one, other = trained[1][:2]
    app = well(open_app("predict", predict="home", run=one, predict_two=other))
    assert not app.error
    app.session_state[take_home.MADE] = {
        other: EngineError("The worker ended.").sentence
    }  # the state after a press that runs nothing
    well(app.run())
    assert [error.value for error in app.error] == ["The worker ended."]


def test_the_report_holds_the_notes_as_plain_text(open_app, trained):
    app = well(open_app("predict", predict="report", run=trained[1][0]))
    assert app.get_by_key(keys.NOTES).value == "my *own* <b>note</b>"
    assert app.get_by_key("predict_html")
    assert "not used for all" in texts(app)
