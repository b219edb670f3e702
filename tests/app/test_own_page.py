"""The Own classes page: collecting images, messages about missing ones, teaching, with a lab that trains nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from clsf.data import cache, private
from clsf.own import teach_file
from clsf.own.asked import AnswerEvidence, Features, Validated
from clsf.own.collection import SIDE, Collection
from clsf.own.tryout import tryout
from clsf.predict.trying import Tried
from clsf.predict.values import Prediction
from clsf.ui.own import keys
from clsf.ui.own.sections import SECTIONS
from clsf.ui.shared import service_access
from tests.app.conftest import installed
from tests.app.fake_lab import FakeLab
from tests.app.seen import charts, html, texts, well

pytestmark = pytest.mark.usefixtures("data_folder")

SCRIPT = "<img src=x onerror=alert(1)>"


@pytest.fixture
def page(open_app: Callable[..., AppTest]) -> Callable[..., AppTest]:
    def opened(section: str = "collect", lang: str = "en", **link: str) -> AppTest:
        return open_app("own", lang, **{keys.SECTION: section, **link})

    return opened


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("section", [section.name for section in SECTIONS])
def test_every_step_opens_and_says_what_is_missing(page, section, lang):
    app = well(page(section, lang))
    assert app.title[0].value == {"en": "Own classes", "ko": "내 클래스"}[lang]
    assert not app.error


def test_the_tryout_set_is_taught_in_two_presses(page, lab):
    app = well(page())
    assert app.button(key="own_go_teach").disabled
    assert "There is no image yet" in texts(app)
    app.button(key="own_tryout").click().run()
    assert "30 images · 6 recordings" in texts(well(app))
    app.button(key="own_go_teach").click().run()
    well(app)
    assert app.header[0].value == "Teach it"
    (one, two) = lab.records.values()
    assert (one.framework, two.framework) == ("tensorflow", "torch")
    assert one.plan == two.plan
    assert (one.plan.weights, one.plan.train_layers, one.race) == ("imagenet", "head", True)
    assert private.is_name(one.plan.data)
    kept = cache.described(one.plan.data)
    assert (kept["classes"], kept["train"], kept["validation"], kept["private"]) == (["temple", "flower", "star"], 75, 15, True)
    assert "Training images: 75 of 90. Validation images: 15." in texts(app)
    app.get_by_key(keys.WHOLE).set_value(False).run()
    assert "have a near-equal neighbour among the training images" in texts(well(app))


def test_names_are_text_and_classes_come_and_go(page):
    app = well(page())
    app.button(key="own_tryout").click().run()
    app.get_by_key(keys.name(0, 1)).set_value(SCRIPT).run()
    app.button(key="own_drop_1_2").click().run()
    app.button(key="own_add").click().run()
    well(app)
    assert app.session_state[keys.COLLECTION].names == (SCRIPT, "flower", "Class 3")
    assert not any(SCRIPT in str(getattr(element.proto, "body", "")) for element in app.get("html"))
    app.get_by_key(keys.name(1, 2)).set_value(f"  {SCRIPT} ").run()
    assert "Two classes are called" in texts(well(app))
    assert app.button(key="own_go_teach").disabled


def test_equal_images_in_two_classes_are_named(page):
    app = well(page())
    found = tryout()
    same = replace(found.kinds[1], pixels=np.concatenate([found.kinds[1].pixels, found.kinds[0].pixels[:2]]),
                   recordings=np.concatenate([found.kinds[1].recordings, [90, 91]]))  # fmt: skip
    app.session_state[keys.COLLECTION] = Collection((found.kinds[0], same))
    app.run()
    assert "2 images are in “temple” and in “flower”" in app.warning[0].value


def test_a_class_of_a_data_set_becomes_a_card(page):
    app = well(page(**{keys.SOURCE: "set"}))
    app.button(key="own_take_set").click().run()
    well(app)
    assert app.session_state[keys.COLLECTION].names == ("circle", "ring")
    assert len(app.session_state[keys.COLLECTION]) == 40


def test_an_uploaded_file_that_is_none_is_named_and_the_others_are_kept(page):
    app = well(page(**{keys.SOURCE: "files"}))
    out = io.BytesIO()
    from PIL import Image

    Image.new("RGB", (90, 60), (200, 10, 10)).save(out, "PNG")
    app.file_uploader(key=keys.files(0, 0)).set_value(
        [("good.png", out.getvalue(), "image/png"), ("bad.png", b"no image", "image/png")]
    )
    app.run()
    well(app)
    assert "1 image was added." in app.success[0].value
    assert "bad" in app.error[0].value
    assert len(app.session_state[keys.COLLECTION].kinds[0]) == 1


def test_a_teach_again_file_comes_back(page):
    app = well(page(**{keys.SOURCE: "again"}))
    uploader = app.file_uploader(key=f"{keys.AGAIN}_0")
    uploader.set_value([("mine.zip", b"no zip", "application/zip")])
    app.run()
    assert "not a zip archive" in app.error[0].value
    app.file_uploader(key=f"{keys.AGAIN}_0").set_value([("mine.zip", teach_file.written(tryout()), "application/zip")])
    app.run()
    assert "90 images are back." in texts(well(app))


# Asking taught models, with a lab that answers as workers would.


class TaughtLab(FakeLab):
    """A lab whose models answer “temple” for every image, confidently for dark ones."""

    def call(self, framework: str, function: str, *args: object, timeout: float = 30.0) -> object:
        name = function.rpartition(":")[2]
        shares = np.array([0.9, 0.06, 0.04])
        if name == "asked":
            return Tried(args[1], Prediction(shares[None], -1.0, 1.0, 0.01))
        if name == "validated":
            return Validated(np.tile(shares, (15, 1)), np.repeat([0, 1, 2], 5))
        if name == "answered":
            return np.tile([0.5, 0.3, 0.2], (len(args[1]), 1))
        if name == "grad_cam":
            return np.arange(SIDE * SIDE, dtype=np.float32).reshape(SIDE, SIDE)
        if name == "why":
            return AnswerEvidence(
                np.array([2.0, -0.5, -1.5]), tryout().pixels[:5], np.array([0, 0, 1, 0, 2]), np.linspace(1, 0.2, 5)
            )
        if name == "features":
            found = tryout()
            rows = np.random.default_rng(0).normal(size=(90, 6)) * 0.3 + np.eye(3)[found.labels].repeat(2, 1)
            return Features(rows.astype(np.float32), found.labels, found.recordings)
        raise AssertionError(function)


@pytest.fixture
def taught(monkeypatch, page) -> Callable[..., AppTest]:
    """Open a step of the page after the try-out set was taught."""
    installed(monkeypatch, TaughtLab())
    st.cache_data.clear()

    def opened(section: str, lang: str = "en", **link: str) -> AppTest:
        app = page("collect", lang, **link)
        app.button(key="own_tryout").click().run()
        app.button(key="own_go_teach").click().run()
        app.get_by_key(keys.SECTION).set_value(section).run()
        return well(app)

    return opened


def test_both_models_answer_and_say_why(taught):
    app = taught("try", **{keys.TRY: "kept"})
    assert html(app).count('class="pd-verdict"') == 1
    assert "temple" in html(app)
    assert "An answer counts from" in texts(app)
    app.get_by_key(keys.WHERE).set_value(True).run()
    assert html(well(app)).count("Grad-CAM of") == 2
    app.get_by_key(keys.TRY).set_value("stranger").run()
    assert html(well(app)).count('class="pd-verdict"') == 1


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("question", ["ways", "few", "stranger", "frames"])
def test_every_question_is_answered(taught, question, lang):
    app = taught("questions", lang, **{keys.QUESTION: question})
    assert not app.error
    if question == "few":
        assert "own-few" in charts(app)
    if question == "frames" and lang == "en":
        assert "percentage points better" in texts(app)
    if question == "stranger" and lang == "en":
        assert "22 of 22 things of no class are called unknown" in texts(app)


def test_three_ways_are_trained_on_three_splits_and_leave_no_set_behind(taught):
    app = taught("questions", **{keys.QUESTION: "ways"})
    before = set(cache.names())
    app.button(key="own_ways_go").click().run()
    assert app.session_state[keys.WAYS].wait(60) if keys.WAYS in app.session_state else True
    app.run()
    well(app)
    said = texts(app).replace("\\", "")
    assert all(
        f"{framework}, {way}: " in said
        for framework in ("TensorFlow", "PyTorch")
        for way in ("from scratch", "frozen features", "fine-tuned")
    )
    plans = [record.plan for record in list(service_access.get_service().records.values())[2:]]
    assert len(plans) == 18
    assert {plan.train_layers for plan in plans} == {"all", "head", "last:2"}
    assert len({plan.data for plan in plans}) == 3
    assert set(cache.names()) == before


def test_what_was_taught_can_be_taken_home(taught):
    app = taught("home")
    assert not app.error
    labels = [button.label for button in app.get("download_button")]
    assert "Teach-again file" in labels
    assert labels.count("Capsule") == 2
