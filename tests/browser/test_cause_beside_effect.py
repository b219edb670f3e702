"""A setting and what it changes are on one screen, on a laptop and on a phone: the boxes are measured."""

from __future__ import annotations

import pytest

from tests.browser.axe import settle
from tests.browser.conftest import LIVE, playwright

expect = playwright.expect
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
LONG = 120_000  # milliseconds
DRAW = "[data-testid=stMain] canvas[role=application]"


@pytest.fixture(scope="module")
def reader(dashboard):
    """The cookies of a reader who has trained a model in both frameworks."""
    page = dashboard.open("/train?lang=en&epochs=1&model=tiny&seed=3", **LAPTOP)
    settle(page)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("Result", exact=True)).to_be_visible(timeout=400_000)
    yield page.context.cookies()
    dashboard.close(page)


@pytest.fixture
def visit(dashboard, reader):
    pages = []

    def opened(path, screen):
        pages.append(dashboard.open(path, cookies=reader, **screen))
        settle(pages[-1])
        return pages[-1]

    yield opened
    for page in pages:
        dashboard.close(page)


def together(page, *things) -> None:
    """Scroll until the highest of the things is at the top, and fail unless all of them are then seen whole."""
    for thing in things:
        expect(thing).to_be_visible(timeout=LONG)
    settle(page)  # what is still drawn anew has no place
    high = page.viewport_size["height"]
    for _ in range(10):  # what stood above them may go meanwhile: the recorded example, a second after a start
        top = min(thing.bounding_box()["y"] for thing in things)
        page.get_by_test_id("stMain").evaluate("(main, by) => main.scrollBy(0, by)", top - 8)
        page.wait_for_timeout(500)
        boxes = [(box["y"], box["y"] + box["height"]) for box in (thing.bounding_box() for thing in things)]
        if all(top >= -1 and bottom <= high + 1 for top, bottom in boxes):
            return
    pytest.fail(f"not seen together on {high} pixels: {boxes}")


def test_layers_settings_stand_beside_the_maps(visit):
    page = visit("/layers?lang=en", LAPTOP)
    maps = page.locator("[data-testid=stMain] [class*='st-key-sections-']").first
    together(page, maps, page.locator(".st-key-layer_settings").get_by_role("slider").first)


def test_layers_keeps_the_pictures_in_sight_on_a_phone(visit):
    page = visit("/layers?lang=en", PHONE)
    slider = page.locator(".st-key-layer_settings").get_by_role("slider").last
    slider.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = page.locator(".st-key-layers_strip").bounding_box()
    assert 0 <= box["y"] < 80
    assert box["height"] < 844 / 3


@pytest.mark.parametrize("screen", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_predict_shows_sheet_image_and_bars_at_once(visit, screen):
    page = visit("/predict?lang=en&predict=try&source=draw", screen)
    sheet = page.locator(DRAW)
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.8, steps=5)
    page.mouse.up()
    together(page, sheet, page.locator(".pd-received img"), page.locator(".pd-verdict"), page.locator(".pd-bars"))


def test_data_controls_stand_beside_the_pictures(visit):
    page = visit("/data?lang=en&data=digits", LAPTOP)
    rows = page.get_by_role("spinbutton", name="Rows")
    together(
        page,
        rows,
        page.locator("[data-testid=stMain] .grid .cell").first,
        page.locator("[data-testid=stMain] .grid .cell").nth(11),
    )


@pytest.mark.parametrize("screen", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_window_over_an_image_stands_beside_the_settings(visit, screen):
    page = visit("/layers?lang=en&view=window", screen)
    window = page.locator(".window canvas").first
    slider = page.locator(".st-key-layer_settings").get_by_role("slider").first
    if screen is LAPTOP:
        together(page, window, slider)
    else:  # where the picture stays on top while the settings scroll
        slider.scroll_into_view_if_needed()
        assert 0 <= page.locator(".st-key-layers_strip").bounding_box()["y"] < 80


def test_a_varied_image_stands_beside_what_varies_it(visit):
    page = visit("/data?lang=en&data=digits&part_of_data=vary", LAPTOP)
    shift, turn = page.get_by_role("slider", name="Shift, pixels"), page.get_by_role("slider", name="Cutout, pixels")
    together(page, shift, turn, page.locator("[data-testid=stMain] .grid .cell").first)


def test_train_shows_the_charts_beside_the_start_button(visit):
    page = visit("/train?lang=en&epochs=1&model=tiny&seed=3", LAPTOP)
    page.get_by_role("button", name="Start training").click()
    charts = page.locator(LIVE)
    expect(charts.nth(1)).to_be_visible(timeout=LONG)
    together(page, page.get_by_role("button", name="Start training"), charts.nth(0), charts.nth(1))


def test_train_on_a_phone_goes_to_the_chart(visit):
    page = visit("/train?lang=en&epochs=1&model=tiny&seed=4", PHONE)
    page.get_by_role("button", name="Start training").tap()
    top, header = (
        f"document.querySelector('{one}')?.getBoundingClientRect()" for one in (".st-key-live-runs", "[data-testid=stHeader]")
    )
    page.wait_for_function(f"() => Math.abs({top}.top - {header}.bottom) <= 1", timeout=LONG)


def test_a_reader_who_scrolls_meanwhile_stays_there(visit):
    page = visit("/train?lang=en&epochs=1&model=tiny&seed=5", PHONE)
    page.get_by_role("button", name="Start training").tap()
    expect(page.locator(".st-key-live-runs")).to_be_attached(timeout=LONG)
    scrolled = "() => document.querySelector('[data-testid=stMain]').scrollTop"
    page.mouse.move(200, 500)
    for _ in range(50):
        page.mouse.wheel(0, -5_000)
        page.wait_for_timeout(100)
        if page.evaluate(scrolled) == 0:
            break
    expect(page.get_by_text("Result", exact=True)).to_be_attached(timeout=LONG)
    settle(page)
    assert page.evaluate(scrolled) == 0


def test_the_volumes_of_a_model_are_seen_whole(visit):
    for screen in (LAPTOP, PHONE):
        page = visit("/model?lang=en&data=digits", screen)
        page.get_by_text("Volumes", exact=True).click()
        settle(page)
        page.wait_for_timeout(1500)  # it scrolls there
        box = page.locator(".st-key-model_volumes").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= screen["height"]
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= screen["width"]
