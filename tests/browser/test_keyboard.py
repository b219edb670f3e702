"""Layers moved without a mouse, and the main path at twice the size (WCAG 2.1.1, 1.4.4 and 1.4.10)."""

from __future__ import annotations

import re

import pytest

from tests.browser.axe import settle
from tests.browser.conftest import playwright

expect = playwright.expect
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LONG = 400_000  # milliseconds
FOCUSED = "(() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement; return e })()"
TWICE = {"width": 640, "height": 450, "device_scale_factor": 2}
"""What a window of 1280 by 900 pixels shows at 200 %."""


def tab_to(page: object, name: str, most: int = 150) -> None:
    """Press Tab until what has this text or label has the focus, which can be seen and is on the screen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(  # not a region that holds it: the main part of the page can have the focus, too
            f"(name) => {FOCUSED}.matches('a, button, input, summary, [role=button], [role=radio]') && "
            f"[{FOCUSED}.innerText, {FOCUSED}.ariaLabel].some((text) => text?.split('\\n').includes(name))", name,
        ):  # fmt: skip
            assert page.evaluate(f"() => {FOCUSED}.matches(':focus-visible')")
            box = page.evaluate(f"() => {FOCUSED}.getBoundingClientRect().toJSON()")
            seen = page.viewport_size
            assert 0 <= box["x"] <= seen["width"]
            assert 0 <= box["y"] + box["height"] / 2 <= seen["height"]
            return
    raise AssertionError(f"no focus on {name!r} after {most} steps")


def test_a_first_training_needs_no_mouse(dashboard):
    page = dashboard.open("/")
    settle(page)
    tab_to(page, "Train")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Train", timeout=LONG)
    settle(page)
    tab_to(page, "Start training")
    page.keyboard.press("Space")
    stop = page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Result", exact=True)).to_be_visible(timeout=LONG)
    expect(stop).to_have_count(0, timeout=LONG)
    tab_to(page, "Predict")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Predict", timeout=LONG)
    dashboard.close(page)


def test_a_section_is_chosen_by_keys(dashboard):
    page = dashboard.open("/compare")
    settle(page)
    tab_to(page, "Two runs")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")  # where the arrow alone has not chosen it
    expect(page).to_have_url(re.compile("compare=lockstep"), timeout=LONG)
    expect(page.locator("h2").first).to_have_text("Lockstep", timeout=LONG)
    assert page.evaluate(f"() => {FOCUSED}.innerText.includes('Lockstep')"), "the focus is where it was"
    dashboard.close(page)


def test_a_layer_is_opened_and_moved_by_keys(dashboard):
    page = dashboard.open("/model")
    settle(page)
    heads = page.locator(".me .head")
    heads.first.focus()
    kinds = [text.split("\n")[0] for text in page.locator(".me .head .name b").all_inner_texts()]
    page.keyboard.press("Enter")
    expect(heads.first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".me .head .name b").nth(1)).to_have_text(kinds[0], timeout=60_000)
    dashboard.close(page)


@pytest.mark.parametrize("path", ["", "train", "compare", "model", "predict", "tensors"])
def test_at_twice_the_size_nothing_needs_sideways_scrolling(dashboard, path):
    page = dashboard.open(f"/{path}", **TWICE)
    settle(page)
    assert sideways(page) <= 1
    dashboard.close(page)


def sideways(page: object) -> int:
    """Return how many pixels of the page are hidden to the right."""
    return page.evaluate(
        "() => { const e = document.querySelector('[data-testid=stMain]'); "
        "return Math.max(e.scrollWidth - e.clientWidth, document.documentElement.scrollWidth - innerWidth) }"
    )


def test_the_main_path_can_be_walked_at_twice_the_size(dashboard):
    """Start, a training, its result, another page by the menu: each button can be pressed where it is, nothing lies over it."""
    page = dashboard.open("/", **TWICE)
    settle(page)
    page.get_by_role("button", name="Train your first model").click(timeout=LONG)
    expect(page.locator(".st-key-live-first")).to_be_visible(timeout=LONG)
    assert sideways(page) <= 1, "while the first model trains"
    page.get_by_test_id("stExpandSidebarButton").click(timeout=LONG)
    page.locator("[data-testid=stSidebarNavLink]").filter(has_text="Train").click(timeout=LONG)
    expect(page.locator("h1")).to_have_text("Train", timeout=LONG)
    settle(page)
    assert sideways(page) <= 1
    page.get_by_role("button", name="Start training").click(timeout=LONG)
    expect(page.get_by_text("Result", exact=True)).to_be_visible(timeout=LONG)
    assert sideways(page) <= 1, "while it trains"
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)).to_have_count(0, timeout=LONG)
    settle(page)
    assert sideways(page) <= 1, "with its result"
    page.get_by_test_id("stExpandSidebarButton").click(timeout=LONG)
    page.locator("[data-testid=stSidebarNavLink]").filter(has_text="Predict").click(timeout=LONG)
    expect(page.locator("h1")).to_have_text("Predict", timeout=LONG)
    settle(page)
    assert sideways(page) <= 1
    dashboard.close(page)
