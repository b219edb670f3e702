"""The first minute on Start: a digit is drawn and two frameworks answer, an own pair is trained, one switch makes the curves part."""

from __future__ import annotations

import re

import pytest

from tests.browser.axe import settle
from tests.browser.conftest import playwright

pytestmark = pytest.mark.slow

expect = playwright.expect
LONG = 200_000  # milliseconds: two processes may still be importing their frameworks
SEVEN = [(0.28, 0.2), (0.5, 0.2), (0.72, 0.2), (0.6, 0.5), (0.45, 0.85)]  # corners of a 7, shares of the sheet
KEYS = [
    ("ArrowUp", 9),
    ("ArrowLeft", 6),
    (" ", 1),
    ("ArrowRight", 13),
    ("ArrowDown", 10),
    ("ArrowLeft", 6),
    ("ArrowDown", 8),
    (" ", 1),
]
"""The same from the middle of the sheet, in steps of 1/32."""

CASES = [
    pytest.param("en", 1280, 800, "mouse", id="English, a laptop, mouse"),
    pytest.param("ko", 1280, 800, "keys", id="Korean, a laptop, keyboard"),
    pytest.param("en", 390, 844, "touch", id="English, a phone, touch"),
    pytest.param("ko", 390, 844, "touch", id="Korean, a phone, touch"),
]


@pytest.mark.parametrize(("language", "width", "height", "hand"), CASES)
def test_the_first_minute(dashboard, language, width, height, hand):
    phone = {"has_touch": True, "is_mobile": True} if hand == "touch" else {}
    page = dashboard.open(f"/?lang={language}", width=width, height=height, **phone)
    canvas = page.locator("canvas").first
    expect(canvas).to_be_visible(timeout=LONG)
    draw(page, canvas, hand)
    shares = page.locator(".first-said .said em")
    for place in (0, 1):
        expect(shares.nth(place)).to_have_text(re.compile(r"\d+\s*%"), timeout=LONG)
    expect(page.locator(".first-said .said b")).to_have_text(
        ["7", "7"], timeout=LONG
    )  # half of a 7 may look like another digit
    if width > 1000:
        assert on_screen(page, height), "all three moments are on one screen"

    press(page, page.locator(".st-key-first button"), hand)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".st-key-live-first .js-plotly-plot")).to_be_visible(timeout=LONG)
    switch = page.locator(".st-key-home_otherwise input")
    expect(switch).to_be_enabled(timeout=LONG)
    expect(page).to_have_url(re.compile("first_run="), timeout=LONG)
    if width > 1000:
        assert on_screen(page, height), "with the curves, too"

    press(page, page.locator(".st-key-home_otherwise label").first if hand != "keys" else switch, hand)
    expect(page.locator(".st-key-live-first a[href*=switches]")).to_be_visible(timeout=LONG)
    ends = [float(text) for text in last_losses(page)]
    assert max(ends) > 3 * min(ends), "the curves have parted"
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollWidth - e.clientWidth") <= 1
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    dashboard.close(page)


def test_a_quick_stroke_does_not_swallow_the_next_tap(dashboard):
    page = dashboard.open("/?lang=en", width=390, height=844, has_touch=True, is_mobile=True)
    canvas = page.locator("canvas").first
    expect(canvas).to_be_visible(timeout=LONG)
    settle(page)
    page.evaluate("() => { window.taps = 0; window.addEventListener('click', () => { window.taps += 1 }) }")
    draw(page, canvas, "touch")
    page.touchscreen.tap(60, 200)  # within the time that a fling would last
    page.wait_for_function("() => window.taps === 1", timeout=5_000)
    dashboard.close(page)


def test_the_projector_hides_the_menu_and_the_link_says_all(dashboard):
    page = dashboard.open("/train?lang=en&epochs=7")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="QR code").click()
    code = page.get_by_role("dialog")
    expect(code).to_contain_text("epochs=7", timeout=LONG)
    expect(code.locator("img, svg").first).to_be_visible(timeout=LONG)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Projector: larger type").click()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden(timeout=LONG)
    expect(page).to_have_url(re.compile("projector=1"), timeout=LONG)
    page.get_by_role("button", name="Leave projector mode").click()
    expect(page.get_by_test_id("stSidebar")).to_be_visible(timeout=LONG)
    dashboard.close(page)


def draw(page: object, canvas: object, hand: str) -> None:
    """Draw a 7 with the mouse, a finger or the arrow keys."""
    box = canvas.bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
    if hand == "mouse":
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=5)
        page.mouse.up()
    elif hand == "touch":
        finger = page.context.new_cdp_session(page)
        for n, (x, y) in enumerate(points):
            finger.send(
                "Input.dispatchTouchEvent", {"type": "touchMove" if n else "touchStart", "touchPoints": [{"x": x, "y": y}]}
            )
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    else:
        canvas.focus()
        for key, times in KEYS:
            for _ in range(times):
                page.keyboard.press(key)


def press(page: object, place: object, hand: str) -> None:
    """Press once the page has done what was asked before: a tap on one that is still drawn anew may reach nothing."""
    settle(page)
    if hand == "touch":
        place.scroll_into_view_if_needed()
        place.tap(timeout=LONG)
    elif hand == "keys":
        place.focus()
        page.keyboard.press("Space")
    else:
        place.click(timeout=LONG)


def on_screen(page: object, height: int) -> bool:
    """Return whether both cards lie within the screen without scrolling."""
    bottoms = page.evaluate(
        "() => ['first_draw', 'first_train'].map((name) => document.querySelector(`.st-key-${name}`).getBoundingClientRect().bottom)"
    )
    return max(bottoms) <= height and page.locator("[data-testid=stMain]").evaluate("e => e.scrollTop") == 0


def last_losses(page: object) -> list[str]:
    """Return the last smoothed loss of each framework in the chart."""
    return page.evaluate(
        "() => { const ends = {}; for (const t of document.querySelector('.st-key-live-first .js-plotly-plot').data) "
        "if (t.mode === 'lines' && t.hoverinfo !== 'skip') ends[t.name] = t.y.at(-1); return Object.values(ends).map(String) }"
    )
