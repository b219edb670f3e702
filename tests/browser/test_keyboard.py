"""Layers moved without a mouse, and pages at twice the size (WCAG 2.1.1, 1.4.4 and 1.4.10)."""

from __future__ import annotations

import pytest

from tests.browser.axe import settle
from tests.browser.conftest import playwright

expect = playwright.expect
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


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
    """A window of 1280 by 900 pixels at 200 % shows 640 by 450 of them."""
    page = dashboard.open(f"/{path}", width=640, height=450, device_scale_factor=2)
    settle(page)
    main = page.evaluate(
        "() => { const e = document.querySelector('[data-testid=stMain]'); "
        "return [e.scrollWidth - e.clientWidth, document.documentElement.scrollWidth - innerWidth] }"
    )
    page.context.close()
    assert max(main) <= 1, main
