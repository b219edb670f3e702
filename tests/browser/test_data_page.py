"""A student looks at images, uploads their own, and trains on them."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import playwright, train, upload

expect = playwright.expect
LONG = 90_000  # milliseconds: two processes may still be importing their frameworks


def test_an_image_is_pressed_and_read_as_numbers(dashboard):
    page = dashboard.open("/data?lang=en")
    grid = page.get_by_role("group", name="Images. Press one to see its numbers.")
    expect(grid.get_by_role("button")).to_have_count(12, timeout=LONG)
    grid.get_by_role("button").nth(5).click()
    # The first images are of all classes, so their numbers are not 0, 1, 2, …; the link names the one that was pressed.
    expect(page).to_have_url(re.compile(r"image=[1-9]\d*(&|$)"), timeout=LONG)
    number = re.search(r"image=(\d+)", page.url)[1]
    expect(page.get_by_role("heading", name=re.compile(f"^Image {number}: "))).to_be_visible(timeout=LONG)
    expect(grid.get_by_role("button").nth(5)).to_have_attribute("aria-pressed", "true")

    # The keyboard moves the marked pixel; what is said of it changes without the server.
    picture = page.get_by_role("application", name=re.compile(f"^Image {number}: "))
    picture.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("row 0, column 0: Grey")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("row 1, column 1: Grey")).to_be_visible()
    expect(page.get_by_text("NHWC: number 9 in memory")).to_be_visible()
    assert not dashboard.complaints
    dashboard.close(page)


@pytest.mark.slow
def test_own_photos_are_uploaded_and_trained_on(dashboard, photos):
    page = dashboard.open("/data?lang=en&part_of_data=own&model=tiny", height=1200)
    upload(page, photos)
    expect(page.get_by_text("“Day and night” is ready: 40 images of 2 classes, now 24×24×3.")).to_be_visible(timeout=LONG)
    expect(page).to_have_url(re.compile("data=folder-[0-9a-f]{24}"))

    # Another student is not offered it.
    other = dashboard.open("/data?lang=en")
    other.get_by_role("combobox", name="Images").first.click()
    expect(other.get_by_role("option", name="cifar10")).to_be_visible()
    expect(other.get_by_role("option", name="Day and night")).to_have_count(0)
    dashboard.close(other)

    # Training on it, in both frameworks.
    page.get_by_role("button", name="Train with it").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible(timeout=LONG)
    expect(page.get_by_text("40 images · 24×24×3 · 2 classes")).to_be_visible(timeout=LONG)
    train(page)
    expect(page.get_by_text("finished").first).to_be_visible(timeout=LONG)
    assert page.locator("[data-testid=stException]").count() == 0
    assert not dashboard.complaints
    dashboard.close(page)
