"""The page Bug lab, played to the end in both languages; the programs are not really run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clsf import FRAMEWORKS
from clsf.faults import running as programs
from clsf.faults.history import EpochNumbers, History, RunFacts
from clsf.faults.lab import case_of, daily
from clsf.faults.running import Ran, Samples
from clsf.ui.bug_lab import running
from clsf.ui.bug_lab import state as bug_lab_state
from clsf.ui.shared import state

CODE, TWO = "T2-3", "T5-1"


def wait() -> None:
    """Wait until all programs that were asked for have ended."""
    for task in list(running.bench()._tasks.values()):
        task.future.exception(20)


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[list]:
    asked = []

    def run(scenes, seconds, told=None):
        found = []
        for scene in scenes:
            asked.append(scene)
            epochs = (EpochNumbers(2.3, 0.1, 2.3, 0.1), EpochNumbers(2.3, 0.1, 2.3, 0.1))
            confusion = tuple(tuple(int(n == m) for m in range(10)) for n in range(10))
            samples = Samples((((((0,),) * 8,) * 8,) * 2), (3, 4), (3, 1), (0.9, 0.4))
            history = History(epochs, (2.3 + len(asked) / 10, 2.3))
            found.append(Ran(history, RunFacts(classes=10, inputs=(0, 1)), "epoch 1: loss 2.3", "", confusion, samples=samples))
        return found

    monkeypatch.setattr(programs, "run", run)
    yield asked
    wait()  # a proof may still be in the queue, and the next test would count it as its own


@pytest.fixture
def opened(open_app):
    """Open the page, and reload it once the requested programs have ended."""

    def again(app=None, lang="en", **link):
        app = open_app("bug_lab", lang, **link) if app is None else app
        wait()
        return app.run()

    return again


def texts(app) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.success, *app.error, *app.caption))


def submit(app):
    next(button for button in app.button if button.label in ("Answer", "답하기")).click()
    return app.run()


def answer(app, case, kind):
    app.radio(key=f"buglab_kind_{CODE}").set_value(kind)
    app.radio(key=f"buglab_line_{CODE}").set_value(case.right_lines[0])
    return submit(app)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_case_is_played_to_its_proof(opened, pretended, lab, lang, monkeypatch):
    monkeypatch.setattr(state, "owner", lambda: "me")
    case = case_of(CODE)
    app = opened(lang=lang, case=CODE)
    assert not app.exception
    assert any(case.shown.strip() == block.value.strip() for block in app.code)
    names = [words for kind in case.kinds for words in (kind, str(case.kinds))]
    assert not any(name in texts(app) for name in names), "never the name before the answer"
    app.button(key="buglab_next").click().run()
    app.button(key="buglab_probe_pixels").click().run()
    assert "0 … 1" in texts(app)
    app.button(key="buglab_next").click().run()
    answer(app, case, next(kind for kind in case.choices if kind not in case.kinds))
    assert len(app.error) == 1
    answer(app, case, case.kinds[0])
    assert not app.exception
    assert len(app.success) == 1
    app = opened(app)
    assert len(pretended) == 3, "the faulty program, the healthy and the fixed one, each once"
    assert {"en": "the loss is", "ko": "손실이"}[lang] in texts(app)
    kept = lab.reached.all("me", "buglab")
    assert kept[CODE]["points"] == 10 - 1 - 3
    assert kept["streak"]["row"] == 1

    again = opened(lang=lang, case=CODE)
    assert len(again.success) == 1, "what was solved is solved in the next visit too"


def test_the_confusion_matrix_says_which_images_it_counts(opened, pretended):
    said = next(text for text in texts(opened(case=CODE)).splitlines() if "Confusion matrix" in text)
    for part in (
        "validation and test together",
        "after the last training step",
        "(10)",
        "Rows are labels, columns are answers",
    ):
        assert part in said  # the made-up matrix has one image of each of ten classes


def test_two_faults_at_once_are_named_each_with_its_line(opened, pretended):
    case = case_of(TWO)
    assert len(case.kinds) == 2
    app = opened(case=TWO)
    app.button(key="buglab_next").click().run()
    app.button(key="buglab_next").click().run()
    kinds, lines = (app.multiselect(key=f"buglab_{what}_{TWO}") for what in ("kinds", "lines"))
    kinds.set_value(list(case.kinds[:1]))
    lines.set_value(list(case.right_lines))
    submit(app)
    assert len(app.warning) == 1, "one of two is no answer, and costs nothing"
    app.multiselect(key=f"buglab_kinds_{TWO}").set_value(list(case.kinds))
    submit(app)
    assert not app.exception
    assert len(app.success) == 1


def test_everybody_in_a_class_gets_the_program_that_the_link_names(opened, pretended):
    programs_shown = {
        max((block.value for block in app.code), key=len).strip() for app in (opened(case=CODE), opened(lang="ko", case=CODE))
    }
    assert programs_shown == {case_of(CODE).shown.strip()}
    assert len(pretended) == 1, "and it is run once for all"
    app = opened(case=CODE)
    assert app.query_params["case"] in (CODE, [CODE])
    app.button(key="buglab_new").click().run()
    assert app.query_params["case"] not in (CODE, [CODE])


def test_hints_say_more_and_cost_points(opened, pretended):
    app = opened(case=CODE)
    app.button(key="buglab_next").click().run()
    before = len(app.info)
    for count in (1, 2):
        app.button(key="buglab_hint").click().run()
        assert len(app.info) == before + count
        assert str(10 - 2 * count) in texts(app)
    assert not [button for button in app.button if button.key == "buglab_hint"], "there are two"
    assert case_of(CODE).kinds[0] not in texts(app)


def test_the_daily_case_is_todays(opened, pretended):
    app = opened(case=CODE)
    app.button(key="buglab_daily").click().run()
    code = app.query_params["case"]
    todays = [daily(framework, bug_lab_state.today()).code for framework in FRAMEWORKS]
    assert (code if isinstance(code, str) else code[0]) in todays


def test_a_program_that_stops_shows_its_exception(opened, monkeypatch):
    said = "RuntimeError: mat1 and mat2 shapes cannot be multiplied"
    monkeypatch.setattr(
        programs, "run", lambda scenes, seconds, told=None: [Ran(History(error=said), RunFacts(), "", f"Traceback:\n{said}")]
    )
    app = opened(case=CODE)
    assert any(said in block.value for block in app.code)


def test_a_link_that_is_no_case_opens_todays(opened, pretended):
    app = opened(case="<script>")
    assert not app.exception
    assert len(pretended) == 1


def test_a_program_that_takes_too_long_is_told(opened, monkeypatch):
    monkeypatch.setattr(programs, "run", lambda scenes, seconds, told=None: [None])
    app = opened(case=CODE)
    assert not app.exception
    assert "didn't end in time" in texts(app)
