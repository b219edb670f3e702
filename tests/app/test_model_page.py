"""The Model page in both languages: designs come from links, files and clicks, and no mistake loses a design"""

from __future__ import annotations

import base64
import json
import time
import zlib

import pytest
import streamlit as st

from clsf.model import edit_link
from clsf.model.edit import design_of
from clsf.model.presets import NAMES, preset
from clsf.plan import Plan, Preparation, Schedule
from clsf.ui.model import cards, keys
from clsf.ui.shared import state
from clsf.ui.shared.design import MY_MODEL
from tests.app.seen import faultless
from tests.unit.test_brought import densenet_121, resnet_56
from tests.unit.test_model_link import HOSTILE

SHAPE = (28, 28, 1)


class Browser:
    """Replaces the browser's list of cards: keeps what it has to draw, and sends what a test asks for."""

    def __init__(self) -> None:
        self.data: dict = {}
        self.wishes: list[dict] = []
        self.sent = 0

    def show(self, data: dict, key: str, on_asked) -> None:
        self.data = json.loads(json.dumps(data))
        if self.wishes:
            asked = [{**wish, "n": data["acked"] + at} for at, wish in enumerate(self.wishes, start=1)]
            self.wishes = []
            on_asked(asked)
            st.rerun()

    def ask(self, app, *wishes: dict):
        self.wishes = list(wishes)
        return faultless(app.run())

    def kinds(self) -> list[str]:
        return [card["kind"] for card in self.data["cards"]]

    def states(self) -> list[str]:
        return [card["state"] for card in self.data["cards"]]

    def said(self) -> list[str]:
        """Return the messages about cards and about the whole model."""
        return [one["text"] for card in self.data["cards"] for one in card["advice"]] + [
            one["text"] for one in self.data["advice"]
        ]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    playing = Browser()
    monkeypatch.setattr(cards, "show", playing.show)
    return playing


def metrics(app) -> list[str]:
    return [metric.value for metric in app.metric]


def add(kind: str, position: int) -> dict:
    return {"do": "add", "place": [0, 0, position], "kind": kind}


@pytest.mark.parametrize(
    ("lang", "title", "parameters", "badge"),
    [("en", "Model", "parameters", "ready to train"), ("ko", "모델", "파라미터", "학습 준비됨")],
)
@pytest.mark.parametrize("view", ["code", "diagram", "volumes", "summary"])
def test_every_view_opens_in_both_languages(open_app, browser, lang, title, parameters, badge, view):
    app = faultless(open_app("model", lang, view=view))
    assert app.title[0].value == title
    assert any(badge in md.value for md in app.markdown)
    assert metrics(app)[0] == "430,102"
    assert parameters in browser.data["cards"][0]["facts"][0][1]
    assert app.query_params["design"] == edit_link.to_link(design_of(preset("lecture-cnn")))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_real_list_of_cards_is_mounted(open_app, lang):
    app = faultless(open_app("model", lang))
    assert app.get("bidi_component")


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_is_one_click_and_one_step(open_app, browser, name):
    app = open_app("model")
    app.button(key=f"preset_{name}").click().run()
    faultless(app)
    assert browser.kinds() == [type(layer).__name__ for layer in preset(name).layers]
    if name != "lecture-cnn":
        assert browser.data["undo"]
        browser.ask(app, {"do": "undo"})
        assert metrics(app)[0] == "430,102"


def test_blocks_of_a_long_design_are_folded_until_something_is_to_be_seen_inside(open_app, browser):
    app = open_app("model")
    app.button(key="preset_efficientnet-lite0").click().run()
    folded = [card for card in browser.data["cards"] if card["inside"]]
    assert len(folded) == 16
    assert folded[0]["inside"] == "5 layers inside; open it to see them."
    app.button(key="preset_residual").click().run()
    assert not any(card["inside"] for card in browser.data["cards"])


def test_lenet_is_built_wish_by_wish(open_app, browser):
    app = open_app("model", **{"for": "mnist"})
    app.button(key="preset_empty").click().run()
    assert browser.kinds() == []
    assert "The model has no layers yet" in browser.said()[0]
    browser.ask(
        app,
        *[
            add(kind, n)
            for n, kind in enumerate(
                ["Conv2D", "AveragePool2D", "Conv2D", "AveragePool2D", "Flatten", "Dense", "Dense", "Dense"]
            )
        ],
    )
    uids = [card["uid"] for card in browser.data["cards"]]

    def edit(at: int, **values) -> list[dict]:
        return [{"do": "edit", "uid": uids[at], "field": field, "value": value} for field, value in values.items()]

    wishes = [
        *edit(0, filters=6, kernel_size=5, padding="same", activation="tanh"), *edit(2, filters=16, kernel_size=5, activation="tanh"),
        *edit(5, units=120, activation="tanh"), *edit(6, units=84, activation="tanh"), *edit(7, units=10, activation="linear"),
    ]  # fmt: skip
    browser.ask(app, *wishes)
    assert metrics(app)[0] == "61,706"
    assert browser.said() == []
    packed = app.query_params["design"]
    packed = packed[0] if isinstance(packed, list) else packed
    assert edit_link.from_link(packed, SHAPE).spec().layers == preset("lenet-5").layers
    # More than 17 requests: only the last twenty steps are kept.
    assert browser.data["steps"].endswith("20")


@pytest.mark.parametrize(("lang", "said"), [("en", "It needs a flat vector"), ("ko", "Flatten")])
def test_a_mistake_turns_the_card_red_and_is_mended_by_the_offered_click(open_app, browser, lang, said):
    app = open_app("model", lang)
    flatten = browser.data["cards"][4]
    assert flatten["kind"] == "Flatten"
    browser.ask(app, {"do": "remove", "uid": flatten["uid"]})
    assert browser.states() == ["fits"] * 4 + ["broken", "waits", "waits"]
    assert said in browser.said()[0]
    assert app.button(key="take_to_train").disabled
    red = browser.data["cards"][4]
    browser.ask(app, {"do": "mend", "advice": "broken", "uid": red["uid"], "number": 0})
    assert metrics(app)[0] == "430,102"
    assert not app.button(key="take_to_train").disabled


def test_what_is_refused_is_said_once_and_changes_nothing(open_app, browser):
    app = open_app("model")
    first = browser.data["cards"][0]["uid"]
    browser.ask(app, {"do": "edit", "uid": first, "field": "filters", "value": 10**12})
    assert "must be a whole number from 1 to 65536" in browser.data["refusal"]
    assert metrics(app)[0] == "430,102"
    assert not browser.data["undo"]
    app.run()
    assert browser.data["refusal"] is None


def test_a_wish_that_was_done_is_not_done_again(open_app, browser):
    app = open_app("model")
    browser.ask(app, add("Flatten", 8))
    before = browser.kinds()
    acked = browser.data["acked"]
    browser.wishes = [{**add("Flatten", 8)}]
    show = browser.show

    def again(data, key, on_asked):
        if browser.wishes:
            browser.wishes = []
            on_asked([{**add("Flatten", 8), "n": acked}])
        show(data, key, on_asked)

    cards.show = again
    app.run()
    assert browser.kinds() == before


def test_branches_are_lists_of_their_own(open_app, browser):
    app = open_app("model", "ko")
    app.button(key="preset_residual").click().run()
    block = browser.data["cards"][3]
    assert [row["title"] for row in block["rows"]] == ["층", "숏컷 연결"]
    assert len(block["rows"][0]["cards"]) == 5
    browser.ask(app, {"do": "add", "place": [block["uid"], 1, 0], "kind": "BatchNorm"})
    assert browser.data["cards"][3]["rows"][1]["cards"][0]["kind"] == "BatchNorm"
    assert browser.states() == ["fits"] * 9


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_link_gives_a_sentence_and_the_page_stands(open_app, browser, lang, case):
    pressing = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zdict=edit_link._OFTEN)
    packed = "1." + base64.urlsafe_b64encode(pressing.compress(HOSTILE[case][0].encode()) + pressing.flush()).decode().rstrip(
        "="
    )
    faultless(open_app("model", lang, design=packed))
    assert browser.data["refusal"]
    assert len(browser.kinds()) == 8


@pytest.mark.parametrize(
    "case", ["a million million of them, switched off", "a hundred deep", "another version", "an unknown kind", "no JSON"]
)
def test_hostile_json_keeps_the_design_that_there_is(open_app, browser, case):
    app = open_app("model")
    app.button(key="preset_tiny").click().run()
    app.text_area(key=keys.PASTED).set_value(HOSTILE[case][0]).run()
    app.button(key="open_pasted").click().run()
    faultless(app)
    assert browser.data["refusal"]
    assert browser.kinds() == ["Conv2D", "MaxPool2D", "Flatten", "Dense"]


def test_a_link_and_json_can_be_pasted(open_app, browser):
    app = open_app("model")
    link = edit_link.to_link(design_of(preset("mlp")))
    app.text_area(key=keys.PASTED).set_value(f"https://school.example/model?lang=ko&design={link}&view=code").run()
    app.button(key="open_pasted").click().run()
    assert browser.kinds() == ["Flatten", "Dense", "Dense"]
    app.text_area(key=keys.PASTED).set_value(edit_link.to_text(design_of(preset("tiny")))).run()
    app.button(key="open_pasted").click().run()
    faultless(app)
    assert browser.kinds() == ["Conv2D", "MaxPool2D", "Flatten", "Dense"]


def test_a_file_can_be_opened(open_app, browser):
    app = open_app("model")
    app.file_uploader(key=keys.UPLOAD).upload(
        "mine.json", edit_link.to_text(design_of(preset("mlp"))).encode(), "application/json"
    ).run()
    faultless(app)
    assert browser.kinds() == ["Flatten", "Dense", "Dense"]
    app.file_uploader(key=keys.UPLOAD).upload("worse.json", b"\xff\xfe\x00", "application/json").run()
    faultless(app)
    assert "is not text" in browser.data["refusal"]
    assert browser.kinds() == ["Flatten", "Dense", "Dense"]


@pytest.mark.parametrize(
    ("text", "shape"),
    [("8x8x1", "8×8×1"), ("20 × 30 × 2", "20×30×2"), ("0x3x3", "28×28×1"), ("x", "28×28×1"), ("9999x1x1", "28×28×1")],
)
def test_another_size_can_be_typed(open_app, browser, text, shape):
    app = faultless(open_app("model", **{"for": "typed", "input": text, "classes": "7"}))
    assert browser.data["input"] == shape
    assert bool(app.warning) == (shape == "28×28×1")
    assert any("7" in said for said in browser.said())


def test_a_name_is_a_step_and_a_bad_one_is_a_sentence(open_app, browser):
    app = open_app("model")
    app.text_input(key=keys.NAME).set_value("my <b>net</b>").run()
    faultless(app)
    assert browser.data["undo"]
    app.text_input(key=keys.NAME).set_value("   ").run()
    assert "1 to 60 characters" in browser.data["refusal"]
    assert app.text_input(key=keys.NAME).value == "my <b>net</b>"


@pytest.mark.parametrize("page", ["train", "compare"])
def test_the_design_is_taken_to_another_page(open_app, browser, page):
    app = open_app("model", **{"for": "digits"})
    app.button(key="preset_tiny").click().run()
    app.button(key=f"take_to_{page}").click().run()
    faultless(app)
    assert app.session_state[state.MODEL] == MY_MODEL
    assert app.session_state[state.DATA] == "digits"
    assert app.session_state[state.DESIGN].layers == preset("tiny").layers


def test_styles_that_hold_no_branch_say_so_and_the_others_are_shown(open_app, browser):
    app = faultless(open_app("model", keras="keras-list"))
    assert not app.info
    app.button(key="preset_residual").click().run()
    faultless(app)
    assert "cannot hold a branch" in app.info[0].value


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("view", ["code", "diagram", "volumes", "summary"])
def test_a_design_that_does_not_fit_can_be_looked_at_in_every_way(open_app, browser, lang, view):
    data = {
        "version": 1,
        "name": "x",
        "layers": [{"kind": "Conv2D", "filters": 4}, {"kind": "Dense", "units": 3}, {"kind": "Parallel", "branches": [[], []]}],
    }
    link = edit_link.to_link(edit_link.from_data(data, SHAPE))
    faultless(open_app("model", lang, view=view, design=link))
    assert browser.states() == ["fits", "broken", "waits"]


def test_a_worker_that_is_away_says_so(open_app, browser):
    app = open_app("model", view="summary")
    app.button(key="ask_summaries").click().run()
    faultless(app)
    assert len([info for info in app.info if "worker" in info.value]) == 2


@pytest.mark.parametrize(
    "link",
    [
        {"view": "x", "keras": "torch-module", "torch": "rm -rf", "at_batch": "99999999", "scale_by": "?"},
        {"for": "nothing", "design": "1." + "A" * 9_000},
        {"for": "typed", "classes": "-5", "input": "1e9x1x1"},
    ],
)  # fmt: skip
def test_whatever_a_link_says_the_page_stands(open_app, browser, link):
    faultless(open_app("model", **link))
    assert browser.data["cards"]


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (
            Plan("shapes", epochs=7, optimizer="adam", schedule=Schedule("cosine"), l2=0.1),
            "Epochs (7), optimizer (adam) and everything else are as on the Train page.",
        ),
        (
            Plan("shapes", epochs=7, loss="binary"),
            "Epochs (5), optimizer (rmsprop) and everything else have their default values.",
        ),  # ten classes: the plan does not fit these images
        (
            Plan("shapes", Preparation(image_size=9), epochs=7),
            "Epochs (5), optimizer (rmsprop) and everything else have their default values.",
        ),  # another size than the design has
    ],
)
def test_scripts_train_by_the_whole_plan_of_the_train_page_where_it_fits(open_app, browser, plan, told):
    app = open_app("model", view="code")
    app.session_state[state.PLAN] = plan
    faultless(app.run())
    assert any(told in element.value.replace("\\", "") for element in app.caption)


def test_the_train_page_leaves_its_plan_to_the_scripts(open_app):
    app = open_app("train", epochs="9")
    assert app.session_state[state.PLAN].epochs == 9


@pytest.mark.parametrize("view", ["code", "diagram", "volumes", "summary"])
@pytest.mark.parametrize("make", [resnet_56, densenet_121])
def test_deep_networks_open_in_every_view(open_app, browser, make, view):
    """From a link: all 200 to 400 layers are on the page, and it opens quickly."""
    spec = make()
    link = edit_link.to_link(design_of(spec))
    open_app("model", view=view)  # imports of a process's first page don't count
    begun = time.monotonic()
    app = faultless(open_app("model", design=link, view=view, **{"for": "cifar-10"}))
    seconds = time.monotonic() - begun
    assert app.query_params["design"] == link
    assert browser.kinds() == [type(layer).__name__ for layer in spec.layers]
    assert metrics(app)[0] == f"{spec.analyse((32, 32, 3)).parameters:,}"
    assert seconds < 10  # measured: 0.3 to 1.1
