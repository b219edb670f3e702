"""The parts of a lesson, and what a data set is called where its name is a key."""

from __future__ import annotations

import pytest

from clsf.data import catalogue
from clsf.ui.data.sections import SECTIONS
from clsf.ui.shared.data_names import data_name
from clsf.ui.shared.sections import intro, parts

LESSON = """Before.

More.

## One

First.

### Within

Still first.

## Two
Second."""


def test_a_lesson_is_cut_at_its_headings():
    assert parts(LESSON) == ["Before.\n\nMore.", "First.\n\n### Within\n\nStill first.", "Second."]
    assert intro(LESSON) == "Before.\n\nMore."
    assert parts("Nothing else.") == ["Nothing else."]


def test_each_section_has_the_part_at_its_own_place():
    lesson = "Intro\n" + "".join(f"## {section.name}\nAbout {section.name}.\n" for section in SECTIONS)
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
