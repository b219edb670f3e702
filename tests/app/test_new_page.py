"""A new page needs a file, a folder, two lessons and one line of the menu; nothing else changes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PAGE = '''"""Waves: a page made by a test."""

import streamlit as st

from clsf import ui
from clsf.ui.shared import sections
from clsf.ui.waves.sections import SECTIONS

page = ui.open_page("waves")
lesson = page.lesson()
st.title("Waves")
st.markdown(sections.intro(lesson))
SECTIONS.opened(lesson).show()
'''
SECTIONS = '''"""The parts of the Waves page."""

import streamlit as st

from clsf.ui.shared.sections import Section, Sections
from clsf.words import say


def calm() -> None:
    st.write("It is calm.")


def storm() -> None:
    st.write("It storms.")


SECTIONS = Sections(
    "waves", (Section("calm", say("Calm"), ":material/waves:", calm), Section("storm", say("Storm"), ":material/storm:", storm))
)
'''
LESSONS = {
    "en": "What waves are.\n\n## Calm {#calm}\nLittle wind.\n\n## Storm {#storm}\nMuch wind.\n",
    "ko": "파도란 무엇인가.\n\n## 잔잔함 {#calm}\n바람이 약합니다.\n\n## 폭풍 {#storm}\n바람이 셉니다.\n",
}
LINE = '    Page("waves", say("Waves"), ":material/waves:", USE),\n'

OPEN = """
import sys
import streamlit as st
from streamlit.testing.v1 import AppTest
from tests.app.begun import served_before, with_lab
from tests.app.fake_lab import FakeLab

served_before()
with_lab(FakeLab())
put, html = [], st.html
st.html = lambda body, **more: put.append(body) or html(body, **more)
for lang, section in (("en", "storm"), ("ko", None)):
    app = AppTest.from_file("app.py", default_timeout=60)
    app.query_params["lang"] = lang
    app.run()
    if section:
        app.query_params["waves"] = section
    app.switch_page("pages/waves.py")
    app.run()
    assert not app.exception, app.exception
    print(app.title[0].value, [m.value for m in app.markdown], sep="|")
    print(any("tomato" in body for body in put))
"""


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the program with one more page, added in five places."""
    skipped = shutil.ignore_patterns("__pycache__", "*.png")
    for name in ("clsf", "pages", ".streamlit", "static"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skipped)
    shutil.copytree(ROOT / "tests" / "app", tmp_path / "tests" / "app", ignore=skipped)
    for name in ("app.py", "pyproject.toml", "tests/__init__.py", "tests/jobs.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "pages" / "waves.py").write_text(PAGE, "utf-8")
    folder = tmp_path / "clsf" / "ui" / "waves"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""The Waves page."""\n', "utf-8")
    (folder / "sections.py").write_text(SECTIONS, "utf-8")
    (folder / "style.css").write_text(".waves { color: tomato; }", "utf-8")
    for language, text in LESSONS.items():
        (tmp_path / "pages" / "lessons" / language / "waves.md").write_text(text, "utf-8")
    menu = tmp_path / "clsf" / "ui" / "shared" / "navigation.py"
    last = '    Page("runs", say("Runs"), ":material/history:", USE),\n'
    text = menu.read_text("utf-8")
    assert last in text
    menu.write_text(text.replace(last, last + LINE), "utf-8")
    return tmp_path


def test_a_new_page_needs_five_places(copy):
    done = subprocess.run([sys.executable, "-c", OPEN], cwd=copy, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    english, styled, korean, _ = done.stdout.strip().splitlines()[-4:]
    assert english == "Waves|['What waves are.', 'Much wind.', 'It storms.']"
    assert styled == "True", "its style sheet is put into the page"
    assert korean == "Waves|['파도란 무엇인가.', '바람이 약합니다.', 'It is calm.']"


@pytest.mark.slow  # the graph of all imports is built again
def test_the_contract_knows_the_new_page_and_breaks_if_it_imports_another(copy):
    def kept() -> bool:
        command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
        return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=200).returncode == 0

    assert kept()
    with (copy / "clsf" / "ui" / "waves" / "sections.py").open("a") as file:
        file.write("\nfrom clsf.ui.train import keys  # noqa\n")
    assert not kept()
