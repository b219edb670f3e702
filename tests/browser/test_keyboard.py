"""Layers moved without a mouse, and the main path at twice the size (WCAG 2.1.1, 1.4.4 and 1.4.10)."""

from __future__ import annotations

import pytest

from tests.browser.axe import settle
from tests.browser.conftest import playwright

expect = playwright.expect
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LONG = 400_000  # milliseconds
TWICE = {"width": 640, "height": 450, "device_scale_factor": 2}
"""What a window of 1280 by 900 pixels shows at 200 %."""


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
    page.context.close()


@pytest.mark.parametrize("path", ["", "train", "compare", "model", "predict", "tensors"])
def test_at_twice_the_size_nothing_needs_sideways_scrolling(dashboard, path):
    page = dashboard.open(f"/{path}", **TWICE)
    settle(page)
    assert sideways(page) <= 1
    page.context.close()


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
    page.context.close()
