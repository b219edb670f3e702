"""The Tensors page in both languages, with workers that really compute."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st

from clsf.errors import EngineError
from clsf.tensors import literals
from clsf.tensors.sections import NAMES
from clsf.ui.tensors import frame, keys
from tests.app.answering_lab import AnsweringLab
from tests.app.conftest import installed
from tests.app.seen import faultless, html, texts

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> AnsweringLab:
    return installed(monkeypatch, AnsweringLab())


HEADERS = {
    "en": {"create": "Create and inspect", "cast": "Cast", "change": "Change in place", "trace": "Trace lens", "names": "Same thing, other names", "broadcast": "Broadcasting", "layout": "Layout X-ray", "gradients": "Gradients"},
    "ko": {"create": "만들고 살펴보기", "cast": "형 변환", "change": "제자리에서 바꾸기", "trace": "트레이싱 들여다보기", "names": "같은 일, 다른 이름", "broadcast": "브로드캐스팅", "layout": "메모리 레이아웃 엑스레이", "gradients": "기울기"},
}  # fmt: skip


SHOWN = {  # shown only after the workers have answered
    "create": "tb-axes", "cast": "side side-torch", "change": "tr-value", "trace": "cl-call", "names": "side-torch",
    "broadcast": "bc-grid", "layout": "px-grid", "gradients": "tr-value",
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("section", NAMES)
def test_every_section_opens_in_both_languages(open_app, section, lang):
    app = faultless(open_app("tensors", lang, section=section))
    assert app.header[0].value == HEADERS[lang][section]
    assert f'class="{SHOWN[section]}' in html(app)
    assert ("Try this:" in texts(app)) == (lang == "en")


VIEWS = [
    ("cast", "cast", ("cast", "precision", "inferred", "promotion")),
    ("change", "change", ("assign", "memory", "gradient")),
    ("trace", "trace", ("lens", "counter")),
    ("layout", "stage", ("same", "channels_first", "contiguous", "reshaped", "channels_last")),
    ("gradients", "gradient", ("slope", "hills", "repeated", "used", "stopped", "watched")),
    ("create", "made", ("list", "range", "normal", "uniform")),
]


@pytest.mark.parametrize(("section", "key", "view"), [(s, k, v) for s, k, views in VIEWS for v in views])
def test_every_view_is_reached_by_a_link(open_app, section, key, view):
    app = faultless(open_app("tensors", section=section, **{key: view}))
    assert app.session_state[keys.CHANGE_VIEW if key == keys.CHANGE_VIEW_LINK else key] == view


def test_the_lectures_example_is_what_one_sees_first(open_app):
    app = faultless(open_app("tensors"))
    shown = html(app)
    assert "int32" in shown
    assert "int64" in shown
    assert shown.count('<i class="tb-c') == 12
    assert any("torch.tensor" in code.value for code in app.code)


def test_the_shown_choice_is_in_the_link_by_a_name_that_is_the_same_in_every_language(open_app):
    app = open_app("tensors", "ko")
    app.get_by_key(keys.SECTION).set_value("broadcast").run()
    faultless(app)
    assert app.query_params["section"] == "broadcast"
    assert app.header[0].value == "브로드캐스팅"


@pytest.mark.parametrize(
    ("link", "what"),
    [
        ({"values": "[1, 2"}, "no list of numbers"),
        ({"values": "__import__('os')"}, "no list of numbers"),
        ({"shape": "a"}, "no list of numbers"),
        ({"shape": "10000, 1000"}, "10,000,000 elements"),
        ({"made": "normal", "size": "4000, 4000"}, "16,000,000 elements"),
        ({"section": "broadcast", "left": "4, x"}, "no list of numbers"),
        ({"section": "broadcast", "left": "64, 64, 1", "right": "64, 64"}, None),
        ({"section": "broadcast", "left": "4096, 1", "right": "4096"}, "16,777,216 elements"),
        ({"section": "trace", "sizes": "[[1000, 2]]"}, "pairs of whole numbers"),
        ({"section": "change", "change_values": "3"}, "list of lists"),
    ],
)
def test_bad_input_gives_a_sentence(open_app, link, what):
    app = faultless(open_app("tensors", **link))
    if what:
        assert what in "".join(warning.value for warning in app.warning).replace("\\", "")


@pytest.mark.parametrize(
    ("link", "error"),
    [
        ({"values": "[[1, 2], [3]]"}, "ValueError"),
        ({"shape": "5"}, "InvalidArgumentError"),
        ({"make_dtype": "bfloat16"}, "AttributeError"),
        ({"section": "broadcast", "left": "4, 3", "right": "4"}, "RuntimeError"),
        ({"section": "change", "row": "9"}, "IndexError"),
        ({"axis0_at": "-3"}, "IndexError"),
        ({"shape": "-2, 3"}, "RuntimeError"),
    ],
)
def test_what_a_library_refuses_is_a_result(open_app, link, error):
    assert error in html(faultless(open_app("tensors", **link)))


@pytest.mark.parametrize(
    "link",
    [
        {"section": "nothing"}, {"made": "x", "make_dtype": "int7"}, {"axis0_take": "??", "axis0_at": "99999"},
        {"section": "gradients", "function": "rm -rf", "x": "1e9"}, {"section": "layout", "side": "99", "follow_row": "50"},
        {"section": "names", "rows": "10000", "search": "<script>alert(1)</script>"}, {"values": "['<b>x</b>']"},
        {"section": "cast", "cast_values": "[True, 1+2j]", "cast_from": "complex64"}, {"values": "[]"}, {"values": "5"},
        {"values": "[[[[[1]]]]]"}, {"section": "change", "change_values": "[[1, 2], [3]]"},
        {"section": "trace", "trace": "counter", "call1": "–", "call2": "–", "call3": "–"},
        {"section": "cast", "cast": "precision", "add_left": "1e300", "add_right": "1e300", "add_dtype": "int8"},
        {"section": "cast", "cast": "precision", "add_left": "nan", "add_right": "inf"}, {"made": "range", "stop": "inf"},
        {"section": "broadcast", "left": "0, 3", "right": "3"}, {"section": "broadcast", "left": "()", "right": "()"},
    ],
)  # fmt: skip
def test_whatever_a_link_says_the_page_stands(open_app, link):
    app = faultless(open_app("tensors", **link))
    assert "<script>" not in html(app)
    assert "<b>x</b>" not in html(app)


def test_what_was_asked_before_is_not_asked_again(open_app, lab):
    app = open_app("tensors")
    before = lab.asked
    assert before
    app.run()
    assert lab.asked == before


@pytest.mark.parametrize(
    ("link", "solved"),
    [
        ({"section": "create"}, False),
        ({"section": "create", "axis0_take": ":", "axis2_take": "i"}, True),
        ({"section": "cast"}, False),
        ({"section": "cast", "cast_values": "[200]", "cast_to": "int8"}, True),
        ({"section": "change", "change": "memory"}, False),
        ({"section": "change", "change": "memory", "pair": "part"}, True),
        ({"section": "trace", "trace": "counter"}, False),
        ({"section": "trace", "trace": "counter", "signature": "signature", "call2": "int32 [1, 2]"}, True),
        ({"section": "names"}, False),
        ({"section": "names", "guesses": "true"}, True),
        ({"section": "broadcast"}, False),
        ({"section": "broadcast", "left": "3, 1", "right": "4"}, True),
        ({"section": "layout"}, False),
        ({"section": "layout", "stage": "channels_first"}, True),
        ({"section": "gradients"}, False),
        ({"section": "gradients", "x": "1.0"}, True),
    ],
)
def test_the_page_sees_when_a_task_is_solved(open_app, link, solved):
    app = faultless(open_app("tensors", **link))
    badges = [m.value for m in app.markdown if "badge" in m.value]
    assert any("done" in badge for badge in badges) == solved


def test_what_was_done_is_still_done_after_a_reload(open_app, monkeypatch):
    monkeypatch.setattr(type(st.context), "cookies", {frame.COOKIE: "create.nonsense.<b>"})
    for section, solved in (("create", True), ("cast", False)):
        app = faultless(open_app("tensors", section=section))
        assert any("badge" in m.value and "done" in m.value for m in app.markdown) == solved
        assert app.session_state[keys.SOLVED] == {"create"}


def test_names_are_searched_and_filtered(open_app):
    app = faultless(open_app("tensors", section="names", search="unsqueeze"))
    assert html(app).count("<details>") == 1
    app = faultless(open_app("tensors", section="names", group="product"))
    assert html(app).count("<details>") == 5
    app = faultless(open_app("tensors", section="names", search="no such thing"))
    assert "No row has that in it" in texts(app)


def test_predict_then_reveal(open_app):
    app = open_app("tensors", section="trace")
    assert app.button(key="reveal").disabled
    app.radio(key="guess_tensors/same-tensor").set_value("3").run()
    app.button(key="reveal").click().run()
    faultless(app)
    assert "You said 3. It is 1." in texts(app)
    assert "right: 0 of 1" in texts(app)
    app.button(key="predict_next").click().run()
    app.radio(key="guess_tensors/eager").set_value("3").run()
    app.button(key="reveal").click().run()
    assert "Right: 3." in texts(faultless(app))
    assert "right: 1 of 2" in texts(app)


def test_a_worker_that_is_still_starting_is_waited_for(open_app, lab, monkeypatch):
    workers = (SimpleNamespace(framework="tensorflow", status="starting"), SimpleNamespace(framework="torch", status="warm"))
    monkeypatch.setattr(lab, "state", lambda: SimpleNamespace(workers=workers))
    app = faultless(open_app("tensors"))
    assert "TensorFlow: being loaded in the background" in texts(app)
    assert lab.asked == 0


def test_a_worker_that_is_away_says_so_in_its_column(open_app, lab, monkeypatch):
    there = lab.call

    def call(framework, function, *args, timeout=30.0):
        if framework == "tensorflow":
            raise EngineError("There is no {framework} worker at the moment. Try again in a few seconds.", framework=framework)
        return there(framework, function, *args, timeout=timeout)

    monkeypatch.setattr(lab, "call", call)
    for section in NAMES:
        app = faultless(open_app("tensors", section=section))
        assert "There is no tensorflow worker" in texts(app).replace("\\", "")


def test_limits_are_the_ones_the_sentences_name():
    assert literals.MAX_ELEMENTS == 4_096
