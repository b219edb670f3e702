"""The page Bug lab, played to the end in both languages; the programs' runs are pretended."""

from __future__ import annotations

import pytest

from clsf.faults.history import EpochNumbers, Facts, History
from clsf.faults.lab import case_of
from clsf.faults.running import Ran
from clsf.ui.bug_lab import running

CODE = "T2-3"


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> list:
    asked = []

    def run(scenes, seconds):
        asked.extend(scenes)
        epochs = (EpochNumbers(2.3, 0.1, 2.3, 0.1), EpochNumbers(2.3, 0.1, 2.3, 0.1))
        confusion = tuple(tuple(int(n == m) for m in range(10)) for n in range(10))
        rate = 2.3 + len(asked) / 10
        return [Ran(History(epochs, (rate, 2.3)), Facts(classes=10, inputs=(0, 1)), "epoch 1: loss 2.3", "", confusion)]

    monkeypatch.setattr(running, "run", run)
    running.ran.clear()
    return asked


def texts(app) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.success, *app.error, *app.caption))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_case_is_played_to_its_proof(open_app, pretended, lang):
    case = case_of(CODE)
    app = open_app("bug_lab", lang, case=CODE)
    assert not app.exception
    assert any(case.shown.strip() == block.value.strip() for block in app.code)
    assert "First difference" not in texts(app)
    app.button(key="buglab_probe_pixels").click().run()
    assert "0 … 1" in texts(app)
    wrong = next(kind for kind in case.choices if kind not in case.kinds)
    app.multiselect(key=f"buglab_kinds_{CODE}").set_value([wrong])
    app.button[-1].click().run()
    assert len(app.error) == 1
    app.multiselect(key=f"buglab_kinds_{CODE}").set_value(list(case.kinds))
    app.number_input(key=f"buglab_line_{CODE}").set_value(case.lines[0])
    app.button[-1].click().run()
    assert not app.exception
    assert len(app.success) == 1
    assert len(pretended) == 2, "the faulty program and the healthy one, each once"
    assert {"en": "loss of step 1", "ko": "스텝 1의 손실"}[lang] in texts(app)


def test_a_link_that_is_no_case_opens_todays(open_app, pretended):
    app = open_app("bug_lab", case="<script>")
    assert not app.exception
    assert len(pretended) == 1


def test_a_program_that_takes_too_long_is_told(open_app, monkeypatch):
    monkeypatch.setattr(running, "run", lambda scenes, seconds: [None])
    running.ran.clear()
    app = open_app("bug_lab", case=CODE)
    assert not app.exception
    assert "didn't end in time" in texts(app)
