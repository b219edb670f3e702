"""A student slices a tensor, predicts, and reveals."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import playwright
from tests.browser.said import sayer, whole

expect = playwright.expect
LONG = 90_000  # milliseconds: two processes may still be importing their frameworks


def column(page, side: str):
    return page.locator(f"[class*='st-key-side_{side}_create']")


@pytest.mark.slow
def test_slice_predict_and_reveal(dashboard):
    page = dashboard.open("/tensors?lang=en")
    expect(column(page, "torch")).to_contain_text("t[0, :, :]", timeout=LONG)
    expect(page.locator(".tb-on")).to_have_count(6)

    # Slice: another position on axis 0, and every other column.
    page.get_by_role("spinbutton", name="i").fill("1")
    page.get_by_role("spinbutton", name="i").press("Enter")
    for side in ("numpy", "tensorflow", "torch"):
        expect(column(page, side)).to_contain_text("t[1, :, :]", timeout=LONG)
    expect(page).to_have_url(re.compile("axis0_at=1"))
    expect(column(page, "tensorflow")).to_contain_text("shape=(2, 3)")
    cell = page.locator(".tb-on").first
    expect(cell).to_have_attribute("data-tip", "t[1, 0, 0] = 7")

    # Predict, then reveal.
    card = page.locator(".st-key-test_card")
    expect(card.get_by_role("button", name="Reveal: run it now")).to_be_disabled()
    card.get_by_text("(2,)", exact=True).click()
    card.get_by_role("button", name="Reveal: run it now").click()
    expect(card).to_contain_text("Right: (2,).", timeout=LONG)
    expect(card).to_contain_text("right: 1 of 1")

    # Another section, a reload, and the other language: the link holds it all.
    page.get_by_role("radio", name=re.compile("Broadcasting")).or_(
        page.get_by_role("button", name=re.compile("Broadcasting"))
    ).first.click()
    expect(page).to_have_url(re.compile("section=broadcast"))
    page.goto(f"{dashboard.address}/tensors?section=broadcast&left=4,+1,+3&right=2,+3&lang=ko")
    expect(page.locator("h2").first).to_have_text(whole(sayer("ko")("Broadcasting")), timeout=LONG)
    expect(page.locator(".bc-result")).to_have_text(["4", "2", "3"], timeout=LONG)
    assert page.locator("[data-testid=stException]").count() == 0
    assert dashboard.complaints == []
    dashboard.close(page)


def test_columns_stand_under_each_other_on_a_phone(dashboard):
    page = dashboard.open("/tensors?lang=en", width=400)
    expect(column(page, "torch")).to_contain_text("t[0, :, :]", timeout=LONG)
    tops = [column(page, side).bounding_box()["y"] for side in ("numpy", "tensorflow", "torch")]
    assert tops == sorted(tops)
    assert tops[1] - tops[0] > 100
    wide = page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain]')].every((e) => e.scrollWidth <= e.clientWidth + 1)"
    )
    assert wide
    dashboard.close(page)


def test_a_reload_keeps_what_was_done(dashboard):
    page = dashboard.open("/tensors?lang=en&section=broadcast&left=3,+1&right=4")
    expect(page.get_by_text("Try this:")).to_be_visible(timeout=60_000)
    expect(page.locator(".st-key-try_this").get_by_text("done")).to_be_visible()
    page.wait_for_function("document.cookie.includes('clsf_done=broadcast')")
    page.goto(dashboard.address + "/tensors?lang=en&section=broadcast&left=3&right=3")
    expect(page.locator(".st-key-try_this").get_by_text("done")).to_be_visible(timeout=60_000)
