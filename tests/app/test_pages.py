"""Each page, in each language, through app.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from clsf import ui
from clsf.course import path
from clsf.errors import EngineError
from clsf.model.presets import preset
from clsf.plan import Plan
from clsf.ui import next_page
from clsf.ui.shared import navigation, service_access, waiting
from clsf.ui.shared.navigation import PAGES
from clsf.ui.shared.text import catalogue
from tests.app.seen import texts
from tests.sampled import sampled

ROOT = Path(__file__).parents[2]
HOME = {"en": "One model, two frameworks", "ko": "모델은 하나, 프레임워크는 둘"}
TITLES = {
    lang: {page.name: catalogue(lang).gettext(page.title.template) for page in PAGES}
    | {"home": home, "lesson": path.path(lang).lessons[0].title}
    for lang, home in HOME.items()
}
"""What each page is headed by: its name in the menu, but for the first."""

SAYS = {
    "assignment": "There is no assignment open in this browser. Open the link that your teacher gave you.",
    "bug_lab": "You see what a student with that fault sees",
    "compare": "What is equal, and what is not",
    "data": "1,437 training and 360 test images",
    "experiments": "Which of the two, is said beside the result.",
    "home": "one small network, the same start in TensorFlow and PyTorch.",
    "layers": "see what each of them does to it",
    "lesson": "After this you can",
    "model": "ready to train",
    "own": "Give each class a name and show it **from several sides**",
    "predict": "Two models that came with the dashboard answer.",
    "runs": "Choose several, and see on one chart what their difference did.",
    "teachers": "The assignment has no title. Type a few words that students know it by.",
    "tensors": "Cut a piece of shape (2, 2) out of a tensor of rank 3.",
    "train": "Guess before you press",
    "your_code": "What was read from your code can be trained.",
}
"""What a page says to a reader who comes for the first time, in English: the sentence that it could least do without."""


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_every_page_opens_in_every_language(open_app, page, lang):
    app = open_app(page, lang)
    assert not app.exception
    assert app.title[0].value == TITLES[lang][page]
    assert page not in SAYS or (SAYS[page] in texts(app)) is (lang == "en")


def test_titles_are_translated():
    assert TITLES["ko"]["train"] == "학습"
    assert all(TITLES["ko"][name] != title for name, title in TITLES["en"].items())


def test_every_page_has_a_name_of_its_own():
    assert len({page.name for page in PAGES}) == len(PAGES)
    assert all(page.path.is_file() for page in PAGES)


def test_language_follows_the_browser_until_one_is_chosen(lab, warm):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.context = {"locale": "ko-KR"}
    app.run()
    assert app.title[0].value == TITLES["ko"]["home"]
    app.get_by_key("language_switch").set_value("en").run()
    assert app.title[0].value == TITLES["en"]["home"]
    assert app.query_params["lang"] == "en"


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_a_cold_server_opens_a_deep_link(lab, page):
    """At first Streamlit serves the folder pages/ without app.py; the page fixes that."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    assert app.title[0].value == TITLES["en"][page]
    assert app.get_by_key("language_switch")  # of app.py


def test_an_unknown_language_is_english(open_app):
    assert open_app(lang="tlh").title[0].value == TITLES["en"]["home"]


def test_home_tells_the_workers_and_the_data_sets(open_app):
    text = texts(open_app())
    assert "612 MB" in text
    assert "CIFAR-10" in text
    assert "28×28×1" in text


def test_home_trains_digits_in_both_at_once_and_then_differs_in_one_thing(open_app, lab):
    app = open_app()
    app.button(key="first").click().run()
    assert not app.exception
    assert app.toggle(key="home_otherwise").disabled is False
    app.toggle(key="home_otherwise").set_value(True).run()
    assert not app.exception
    differ = [record for record in lab.records.values() if record.plan.differences]
    assert [(record.framework, record.plan.differences) for record in differ] == [("torch", ("softmax-before-loss",))]
    for record in differ:
        del lab.records[record.run_id]
    assert sorted(record.framework for record in lab.records.values()) == ["tensorflow", "torch"]
    assert {(r.plan.data, r.model.name) for r in lab.records.values()} == {("digits", "lecture-cnn")}


def test_pages_load_no_framework():
    """In a process of its own: every module of the dashboard."""
    code = (
        "import importlib, pkgutil, sys\n"
        "import clsf.ui\n"
        "for module in pkgutil.walk_packages(clsf.ui.__path__, 'clsf.ui.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
        "print(len([name for name in sys.modules if name.startswith('clsf.ui.')]))\n"
        "print(*{name.split('.')[0] for name in sys.modules} & {'tensorflow', 'keras', 'torch', 'torchvision'})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120, capture_output=True, text=True)
    count, found = done.stdout.split("\n")[:2]
    assert int(count) > 150
    assert found == ""


BEFORE = [
    "train", "train?view=study", "experiments", "runs", "your_code", "predict?predict=try", "predict?predict=evaluate", "own?own=teach",
    "own?own=try", "own?own=questions",
    *(f"compare?compare={section}" for section in ("race", "lockstep", "gap", "convert", "noise", "defaults")),
]  # fmt: skip
"""Every part of a page whose result is empty before the first run, by its link."""


@pytest.mark.parametrize("link", sampled(BEFORE, ["your_code", "compare?compare=gap"]))
def test_before_the_first_run_there_is_an_example_or_a_question(open_app, link):
    page, _, query = link.partition("?")
    app = open_app(page, **dict(parse_qsl(query)))
    assert not app.exception
    assert "Guess" in texts(app) or "Example" in texts(app)


def _refused() -> None:
    raise EngineError("No {what} today.", what="service")


@pytest.mark.parametrize(
    ("page", "link"),
    [("data", {"part_of_data": "own"}), ("runs", {"run": "linked"}), ("assignment", {}), ("layers", {}), ("predict", {})],
    ids=["own images", "a shared run", "no assignment", "a framework is being loaded", "the service can't be opened"],
)
def test_a_page_that_ends_early_still_gets_what_stands_around_it(open_app, lab, monkeypatch, page, link):
    """Streamlit ends the whole script after st.stop(), so that footer and frameworks never came."""
    if page == "layers":
        monkeypatch.setattr(waiting, "cold", lambda: ["torch"])
    if page == "predict":
        monkeypatch.setattr(service_access, "get_service", _refused)
    if "run" in link:
        link = {"run": lab.train(preset("tiny"), Plan("digits"), ["torch"], "somebody")[0]}
    own_end, ended, begun = navigation.end_page, [], []
    for module in (navigation, ui):
        monkeypatch.setattr(module, "end_page", lambda: ended.append(1) or own_end())
    monkeypatch.setattr(service_access, "begin", lambda: begun.append(1))
    app = open_app(page, **link)
    assert not app.exception
    assert ended
    assert begun
    assert "What next?" in texts(app) or page not in next_page.NEXT
