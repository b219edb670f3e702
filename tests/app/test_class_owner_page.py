"""With a link to another user's run one sees it, but no button that changes it; each button's action checks the user."""

from __future__ import annotations

import pytest

from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.runs.waiting import QueuePlace

COMMANDS = {"pause", "resume", "step", "stop", "use_rate"}
PLAN = Plan("digits", epochs=50)


def keys(app) -> set[str]:
    return {button.key for button in app.button}


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "Somebody shared this run with you"), ("ko", "다른 사람이 공유한 실행입니다")]
)
def test_a_shared_run_is_there_to_look_at(open_app, lab, lang, words):
    lab.speed = 5.0
    run_id, _ = lab.train(preset("tiny", 10), PLAN, ("tensorflow", "torch"), owner="somebody-else")
    app = open_app("train", lang, run=run_id)
    assert not app.exception
    assert not keys(app) & COMMANDS
    assert any(words in caption.value for caption in app.caption)
    assert "train" in keys(app)  # the user can start an own run


def test_ones_own_run_has_its_buttons_and_they_are_obeyed(open_app, lab):
    lab.speed = 5.0
    app = open_app("train")
    app.button(key="train").click().run()
    assert keys(app) & COMMANDS
    app.button(key="stop").click().run()
    assert {command for _, command, _ in lab.commands} == {"stop"}
    assert not app.error


def test_a_press_that_comes_too_late_is_refused_in_a_sentence(open_app, lab):
    """The buttons were drawn for the owner; meanwhile the run changed its owner."""
    lab.speed = 5.0
    app = open_app("train")
    app.button(key="train").click().run()
    for record in lab.records.values():
        record.owner = "another"
    app.button(key="stop").click().run()
    assert lab.commands == []
    assert any("is not one of your runs" in error.value for error in app.error)


@pytest.mark.parametrize(
    ("seconds", "en", "ko"),
    [
        (3.0, "begins in a few seconds", "몇 초 뒤에 시작합니다"),
        (44.0, "begins in about 40 seconds", "약 40초 뒤에 시작합니다"),
        (89.0, "begins in about 90 seconds", "약 90초 뒤에 시작합니다"),
        (150.0, "begins in about 2 minutes", "약 2분 뒤에 시작합니다"),
        (None, "", ""),
    ],
)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_run_in_the_queue_says_when_it_may_begin(open_app, lab, monkeypatch, lang, seconds, en, ko):
    monkeypatch.setattr(lab, "_advance", lambda record: None)
    monkeypatch.setattr(lab, "place", lambda run_id: QueuePlace(3, seconds))
    [run_id] = lab.train(preset("tiny", 10), PLAN, ("torch",))
    app = open_app("train", lang, run=run_id)
    [said] = [
        caption.value
        for caption in app.caption
        if ("Place in the queue: 3" if lang == "en" else "대기 순서: 3번째") in caption.value
    ]
    assert (en if lang == "en" else ko) in said
