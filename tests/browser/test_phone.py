"""Every page, section and lesson on a phone, in both languages: nothing is pushed sideways, what a finger presses is large enough, and axe-core finds nothing."""

from __future__ import annotations

import re

import pytest

from clsf.course import path
from clsf.ui.chrome import STREAMLITS
from clsf.ui.shared import course
from clsf.ui.shared.navigation import PAGES
from tests.browser.axe import settle, violations
from tests.browser.conftest import playwright
from tests.browser.test_accessibility import _sections

expect = playwright.expect
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}
"""Dark, as `test_accessibility.py` sees the pages light."""
LONG = 120_000  # milliseconds

# What is pushed sideways or can be: the page, what stands out of it, and what scrolls within. A table to type numbers into has
# its own keys for that.
SIDEWAYS = """() => {
  const main = document.querySelector("[data-testid=stMain]"), found = [];
  const said = (e) => `${e.tagName}.${String(e.className.baseVal ?? e.className).slice(0, 60)} ${e.scrollWidth} > ${e.clientWidth}`;
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page");
  if (main.scrollWidth > main.clientWidth + 1) found.push("its content");
  for (const e of main.querySelectorAll("*")) {
    const flows = getComputedStyle(e).overflowX;
    if ((flows === "auto" || flows === "scroll") && e.clientWidth && e.scrollWidth > e.clientWidth + 2
        && !e.closest("[data-testid=stDataFrame]") && !e.matches("textarea, .cm-scroller, .editor *")) found.push(said(e));
  }
  return found;
}"""
SMALL = """() => [...document.querySelectorAll("[data-testid=stTooltipIcon] button")].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width && Math.min(box.width, box.height) < 23.9;  // a fraction of a pixel is lost where something is scaled
}).map((e) => `${e.ariaLabel} ${e.getBoundingClientRect().width}`)"""
SAID = """() => [document.body.innerText, ...[...document.querySelectorAll("[aria-label], [title], [placeholder]")].flatMap(
  (e) => ["aria-label", "title", "placeholder"].map((name) => e.getAttribute(name) ?? ""))]"""
# A word of code on two lines, although all that stands between two blanks has room on one.
BROKEN = """() => {
  const found = [];
  const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => (e.shadowRoot ? [e, ...all(e.shadowRoot)] : [e]));
  for (const block of all(document.querySelector("[data-testid=stMain]")).filter((e) => e.matches("pre, .mc .text, .tp-twins code"))) {
    const walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT), text = block.textContent;
    for (let before = 0; walk.nextNode(); before += walk.currentNode.data.length) for (const word of walk.currentNode.data.matchAll(/\\w+/g)) {
      const range = document.createRange();
      range.setStart(walk.currentNode, word.index);
      range.setEnd(walk.currentNode, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((r) => Math.round(r.top)));
      const long = [...range.getClientRects()].reduce((sum, r) => sum + r.width, 0);
      const at = before + word.index, unbroken = text.slice(0, at).match(/\\S*$/)[0].length + text.slice(at).match(/^\\S*/)[0].length;
      if (lines.size > 1 && (unbroken * long) / word[0].length < block.clientWidth * 0.8) found.push(word[0]);
    }
  }
  return found;
}"""
BOTH_FORMS = re.compile(r".{0,12}(?:은\(는\)|을\(를\)|이\(가\)|과\(와\)|와\(과\)|\(으\)로|\(이\)라)")
ENGLISH = [
    re.compile("^" + ".+".join(map(re.escape, re.split(r"\{\w+\}", one.template))) + "$")
    for one in STREAMLITS
    if not one.template.startswith(("Remove", "Pan", "Light", "Dark"))  # which may be a name of a student's
]


def faults(page, lang: str) -> list[str]:
    """Return what is wrong with what a phone shows now."""
    found = [f"sideways: {said}" for said in page.evaluate(SIDEWAYS)]
    if page.evaluate(SMALL):
        page.wait_for_timeout(1000)  # until nothing grows any more
    found += [f"small: {said}" for said in page.evaluate(SMALL)]
    found += [f"broken word: {said}" for said in page.evaluate(BROKEN)]
    if lang == "ko":
        texts = page.evaluate(SAID)
        found += [f"both forms: {said}" for text in texts for said in BOTH_FORMS.findall(text)]
        found += [
            f"English: {line}" for text in texts for line in text.split("\n") for told in ENGLISH if told.match(line.strip())
        ]
    return found


@pytest.fixture(scope="module")
def phone(dashboard):
    """A phone whose owner has trained a model."""
    page = dashboard.open("/train?epochs=1&model=tiny&seed=3", **PHONE)
    settle(page)
    page.get_by_role("button", name="Start training").tap()
    expect(page.get_by_text("Result", exact=True)).to_be_visible(timeout=400_000)
    yield page
    page.context.close()


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.full), "ko"])  # Korean has all that can be wrong
@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_page_fits_a_phone(dashboard, phone, name, lang):
    phone.goto(f"{dashboard.address}/{'' if name == PAGES[0].name else name}?lang={lang}")
    phone.locator("h1").first.wait_for(timeout=60_000)
    settle(phone)
    found = {}
    for section in _sections(phone):
        for fault in [*faults(phone, lang), *violations(phone)]:
            found.setdefault(fault, section)
    assert not found
    assert not dashboard.complaints


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.full), "ko"])
def test_every_step_of_every_lesson_fits_a_phone(dashboard, phone, lang):
    found = {}
    for lesson in path.path(lang).lessons:
        phone.goto(f"{dashboard.address}/lesson?lang={lang}&{course.LESSON}={lesson.name}&{course.STEP}={lesson.steps[0].name}")
        for n, step in enumerate(lesson.steps):
            if n:
                phone.locator(".st-key-step_next button").tap(timeout=LONG)
            expect(phone).to_have_url(re.compile(rf"{course.STEP}={step.name}(&|$)"), timeout=LONG)
            settle(phone)
            for fault in faults(phone, lang):
                found.setdefault(fault, f"{lesson.name} {step.name}")
    assert not found


def test_a_tap_shows_what_a_mouse_sees_by_resting(phone, dashboard):
    phone.goto(f"{dashboard.address}/predict?lang=en&predict=try&source=test")
    settle(phone)
    phone.locator(".pd-bars th[title]").first.tap()
    expect(phone.locator(".clsf-hint")).to_have_text(phone.locator(".pd-bars th[title]").first.get_attribute("title"))
    phone.locator("h1").tap()
    expect(phone.locator(".clsf-hint")).to_be_hidden()


def test_code_of_the_model_shows_one_framework_at_a_time(dashboard, phone):
    phone.goto(f"{dashboard.address}/model?lang=en&data=digits")
    settle(phone)
    one, two = phone.locator(".mc .side0 .text").first, phone.locator(".mc .side1 .text").first
    expect(one).to_be_visible(timeout=LONG)
    expect(two).to_be_hidden()
    phone.locator(".mc .tab").nth(1).tap()
    expect(two).to_be_visible()
    expect(one).to_be_hidden()
