"""Every lesson task first fails and is then solved by what the pages really report: no value here is made up.

Tasks about runs are tested in tests/engine/test_course_runs.py, with runs that workers trained.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from clsf.course import path
from clsf.course.tasks import Check
from clsf.data.sources import open_dataset
from clsf.model.edit import design_of
from clsf.model.edit_link import to_link
from clsf.model.presets import preset
from clsf.ui.your_code import keys as code_keys
from tests.app.answering_lab import AnsweringLab
from tests.app.conftest import installed
from tests.app.seen import texts
from tests.unit.reader_programs import RIGHT

RUNS = "run"  # tested elsewhere


def do_steps() -> dict[str, Check]:
    """Return key of a step -> its check, for all tasks in all lessons."""
    return {
        f"{lesson.name}/{step.name}": step.block.check
        for lesson in path.path("en").lessons
        for step in lesson.steps
        if step.block is not None and step.block.check is not None
    }


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> AnsweringLab:
    return installed(monkeypatch, AnsweringLab())


def held(app, check: Check) -> list[dict]:
    """Return what the pages have put into the session."""
    assert not app.exception
    return app.session_state["facts_told"].get(check.what, []) if "facts_told" in app.session_state else []


def first_seven() -> int:
    images = open_dataset("digits").train
    return int(np.flatnonzero(np.array(images.classes)[images.labels] == "7")[0])


def a_three() -> int:
    images = open_dataset("digits").train
    return int(np.flatnonzero(np.array(images.classes)[images.labels] == "3")[0])


def design(name: str) -> dict:
    return {"design": to_link(design_of(preset(name))), "for": "digits"}


LAYERS = {"picture_side_48": "16", "picture_grey": "true"}

BY_LINK = {
    "tensors-you-can-trust/cut": ("tensors", {"section": "create"}, {"section": "create", "axis0_take": ":", "axis2_take": "i"}),
    "what-an-image-is/look": ("data", lambda: {"data": "digits", "image": str(a_three())}, lambda: {"data": "digits", "image": str(first_seven())}),
    "what-a-layer-does/watch": ("layers", LAYERS | {"view": "out"}, LAYERS | {"view": "window", "layer": "1"}),
    "neighbours/cells": ("layers", LAYERS | {"view": "window", "layer": "1"}, LAYERS | {"view": "order", "layer": "4"}),
    "build-one/build": ("model", lambda: design("lecture-cnn") | {"for": "cifar10"}, lambda: design("lecture-cnn")),
}  # fmt: skip
"""Step -> page, a link by which it isn't done, and one by which it is."""


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_LINK)
def test_a_task_on_a_page_is_done_there_and_not_before(open_app, name):
    check = do_steps()[name]
    page, before, after = BY_LINK[name]
    for link, met in ((before, False), (after, True)):
        app = open_app(page, **(link() if callable(link) else link))
        assert held(app, check) or not met
        assert check.met(held(app, check)) == met, held(app, check)


def test_a_program_is_pasted(open_app):
    check = do_steps()["structure-of-a-program/read"]
    for source, met in (("import torch\nx = torch.zeros(3)\n", False), (RIGHT["keras-cnn"] + "\n# one line more" * 20, True)):
        app = open_app("your_code")
        app.get_by_key(code_keys.TEXT).set_value(source).run()
        assert check.met(held(app, check)) == met, held(app, check)


PRESSED: dict[str, tuple[Callable, Callable]] = {
    "one-step-downhill/surface": (
        lambda app: app.button(key="downhill_one").click(),
        lambda app: app.button(key="downhill_ten").click(),
    ),
    "softmax-and-loss/hand": (
        lambda app: app.button(key="score_step").click(),
        lambda app: [app.button(key="score_step").click().run() for _ in range(12)][-1],
    ),
    "neighbours/train": (lambda app: app, lambda app: app.button(key="neighbours_train").click()),
    "own-parts/fill-layer": (
        lambda app: app.selectbox(key="own_layer_answer").set_value("plus"),
        lambda app: app.selectbox(key="own_layer_weights").set_value("tensor"),
    ),
    "own-parts/fill-metric": (
        lambda app: app.selectbox(key="own_metric_reset").set_value("nothing"),
        lambda app: app.selectbox(key="own_metric_update").set_value("batches"),
    ),
    "beyond-one-device/lockstep": (
        lambda app: app.button_group(key="workers").set_value("3"),
        lambda app: app.button_group(key="worker_parts").set_value("weighted"),
    ),
    "beyond-one-device/statistics": (
        lambda app: app.button_group(key="workers_norm").set_value("4"),
        lambda app: app.button_group(key="worker_statistics").set_value("shared"),
    ),
}
"""Step of a lesson -> what is pressed in vain, and what does it."""


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", PRESSED)
def test_a_task_in_a_lesson_is_done_there_and_not_before(open_app, name, lang):
    check, (lesson, step) = do_steps()[name], name.split("/")
    app = open_app("lesson", lang, lesson=lesson, step=step)
    for press, met in zip(PRESSED[name], (False, True), strict=True):
        press(app).run()
        assert check.met(held(app, check)) == met, held(app, check)
    why = path.path(lang).lesson(lesson).step(step).block.why
    assert why.split("**")[0].split("[")[0][:20] in texts(app)


def test_every_task_is_met_somewhere():
    from tests.app.test_predict import TASK as GUESS
    from tests.engine.test_course_runs import TASKS as BY_RUNS

    assert set(do_steps()) == {*BY_LINK, *PRESSED, "structure-of-a-program/read", GUESS, *BY_RUNS}
    assert {name for name, check in do_steps().items() if check.what == RUNS} == set(BY_RUNS)
