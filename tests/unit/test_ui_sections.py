"""The parts of a lesson, and the title of a data set whose name is a key."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from clsf.data import catalogue
from clsf.ui.data.sections import SECTIONS
from clsf.ui.shared import lessons
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.sections import Sections, intro, part, parts, whole

LESSON = """Before.

More.

## One {#one}

First.

### Within

Still first.

## Two {#two}
Second."""


def test_a_lesson_that_is_read_whole_shows_no_names():
    assert whole(LESSON).count("{#") == 0
    assert "## One\n" in whole(LESSON)


def test_a_lesson_is_cut_at_its_headings():
    assert parts(LESSON) == {"": "Before.\n\nMore.", "one": "First.\n\n### Within\n\nStill first.", "two": "Second."}
    assert intro(LESSON) == "Before.\n\nMore."
    assert part(LESSON, "three") == ""
    assert parts("Nothing else.") == {"": "Nothing else."}


@pytest.mark.parametrize("code", ["en", "ko"])
def test_every_heading_of_a_page_has_a_name_and_says_something(code):
    for path in sorted((lessons.FOLDER / code).glob("*.md")):
        text, _ = lessons.read(path.stem, code)
        named = [name for name in parts(text) if name]
        assert len(named) == len(re.findall(r"^##{1,2} ", text, re.MULTILINE)), (
            f"{path}: a heading has no name such as {{#noise}}"
        )
        assert named == [name for name in parts(lessons.read(path.stem, "en")[0]) if name], path
        assert all(parts(text)[name] for name in named), path


def test_every_section_of_every_page_has_a_part_in_its_lesson():
    for file in sorted((lessons.FOLDER.parents[1] / "clsf" / "ui").glob("*/*.py")):
        module = import_module(f"clsf.ui.{file.parent.name}.{file.stem}") if "Sections(" in file.read_text("utf-8") else None
        for group in vars(module).values() if module and file.parent.name != "shared" else ():
            text = lessons.read(file.parent.name, "en")[0]
            if isinstance(group, Sections) and "## " in text.replace("### ", ""):
                assert all(part(text, section.name) for section in group), file


def test_each_section_has_the_part_of_its_name_wherever_it_stands():
    lesson = "Intro\n" + "".join(f"## Title {{#{s.name}}}\nAbout {s.name}.\n" for s in reversed(list(SECTIONS)))
    assert [SECTIONS.lesson_of(lesson, section) for section in SECTIONS] == [f"About {s.name}." for s in SECTIONS]


def test_the_key_of_an_imported_set_is_never_shown(monkeypatch):
    key = "folder-" + "0a" * 12
    assert data_name("cifar10") == "cifar10"
    assert data_name(key) == "own images, no longer here"
    known = catalogue.info("digits")
    monkeypatch.setattr(catalogue, "info", lambda name: known)
    assert data_name(key) == str(known.title)


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_built_in_sets_are_called_as_in_commands(name):
    assert catalogue.called(name) == name
