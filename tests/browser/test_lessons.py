"""The first stretch of the course, walked by keyboard alone, in both languages; progress is there again after a reload."""

from __future__ import annotations

import pytest

from clsf.course import path
from clsf.ui.shared.text import catalogue
from tests.browser.axe import settle
from tests.browser.conftest import playwright
from tests.browser.test_keyboard import FOCUSED, tab_to

expect = playwright.expect
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

LONG = 120_000  # milliseconds
FOUND = {"count": "25,088", "dense": "100480", "where": "430102", "loss": "2.30", "by-hand": "2.4"}
"""Step -> the number that is to be found."""


def tab_into(page: object, selector: str, most: int = 150) -> None:
    """Press Tab until what this selector means has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"(selector) => {FOCUSED}.matches(selector)", selector):
            return
    raise AssertionError(f"no focus on {selector} after {most} steps")


def press(page: object, name: str) -> None:
    """Go to a button from the top of the page, and press it."""
    page.evaluate("() => { document.activeElement?.blur(); }")
    tab_to(page, name)
    page.keyboard.press("Enter")
    settle(page)


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.full), "ko"])  # Korean has all that can be wrong
def test_the_first_stretch_needs_no_mouse(dashboard, lang):
    said = catalogue(lang).gettext
    page = dashboard.open(f"/?lang={lang}")
    settle(page)
    lessons = path.path(lang).stretch(1)
    press(page, said("Begin the path: {title}").format(title=lessons[0].title))
    for lesson in lessons:
        expect(page.locator("h1")).to_have_text(lesson.title, timeout=LONG)
        for at, step in enumerate(lesson.steps):
            expect(page.locator("h2").first).to_have_text(step.title, timeout=LONG)
            settle(page)
            seen = _block(page, step, said)
            if at < len(lesson.steps) - 1:
                press(page, said("Next") if seen else said("Skip this for now"))
        after = path.path(lang).after(lesson.name)
        if lesson is not lessons[-1]:
            press(page, said("Next lesson: {title}").format(title=after.title))
    page.goto(dashboard.address + f"/?lang={lang}")
    settle(page)
    expect(page.get_by_test_id("stMain")).to_contain_text(said("Steps done: {done} of {count}").split("{")[0], timeout=LONG)
    dashboard.close(page)


def _block(page: object, step: object, said: object) -> bool:
    """Do what a step asks for, by keyboard; return whether it was done."""
    kind = step.block.kind if step.block else ""
    if kind == "predict":
        tab_into(page, "input[type=radio]")
        page.keyboard.press("Space")
        settle(page)
        press(page, said("Reveal: run it now") if step.block.program else said("Answer"))
        expect(page.get_by_text(said("Why"), exact=True).first).to_be_visible(timeout=LONG)
    elif kind == "find":
        tab_into(page, "input[type=text]")
        page.keyboard.type(FOUND[step.name])
        press(page, said("Check it"))
        expect(page.get_by_text(said("Why"), exact=True).first).to_be_visible(timeout=LONG)
    elif kind == "explain":
        tab_into(page, "textarea")
        page.keyboard.type("One memory, two names.")
        press(page, said("Keep it"))
    elif kind == "do" and step.name == "surface":
        press(page, said("Ten steps"))
    elif kind in ("do", "fix"):
        return False
    return True


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["laptop", "phone"])
def test_what_stands_above_a_title_is_not_under_the_head_of_the_window(dashboard, size):
    lesson = path.path("en").stretch(1)[0]
    page = dashboard.open(f"/lesson?lang=en&lesson={lesson.name}", width=size[0], height=size[1])
    settle(page)
    head = page.get_by_test_id("stHeader").bounding_box()
    assert page.locator(".st-key-lesson_head").bounding_box()["y"] >= head["y"] + head["height"] - 8
