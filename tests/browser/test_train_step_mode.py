"""A student trains one batch at a time, sees what the step did, and goes on from there; then looks inside the model."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import playwright
from tests.browser.said import sayer

pytestmark = pytest.mark.slow  # two trainings that wait

expect = playwright.expect
LONG = 120_000  # milliseconds: two processes may still be importing their frameworks


@pytest.fixture(scope="module")
def stepping(dashboard):
    page = dashboard.open("/train?frameworks=TensorFlow&frameworks=PyTorch&epochs=2&look_inside=true")
    page.get_by_role("button", name="Batch by batch").click()
    yield page
    dashboard.close(page)


def test_the_first_batch_is_told_in_detail_and_both_wait(stepping):
    expect(stepping.get_by_role("heading", name="Step 1, one batch in detail")).to_be_visible(timeout=LONG)
    expect(stepping.get_by_text("paused")).to_have_count(2, timeout=LONG)
    expect(stepping.locator(".tp-batch img")).to_have_count(16)
    natural = stepping.locator(".tp-batch img").first.evaluate("(image) => [image.naturalWidth, image.naturalHeight]")
    assert natural == [8, 8]  # a picture of pixels, which the browser scales


def test_both_frameworks_have_the_same_gradients_at_first(stepping):
    bars = "() => [...document.querySelectorAll('.clsf-chart')].find((c) => c.data?.[0]?.type === 'bar')?.data.map((t) => t.x)"
    stepping.wait_for_function(f"() => (({bars})() ?? []).length === 2", timeout=LONG)
    one, two = stepping.evaluate(bars)
    assert len(one) == 8  # kernel and bias of two convolutions and two dense layers
    assert one == pytest.approx(two, rel=1e-3)


def test_one_step_takes_the_next_batch(stepping):
    before = stepping.locator(".tp-batch img").first.get_attribute("src")
    stepping.get_by_role("button", name="One step").click()
    expect(stepping.get_by_role("heading", name="Step 2, one batch in detail")).to_be_visible(timeout=LONG)
    stepping.wait_for_function("(was) => document.querySelector('.tp-batch img').src !== was", arg=before, timeout=LONG)


def test_resume_goes_on_from_there_to_the_end(stepping):
    stepping.get_by_role("button", name="Resume").click()
    expect(stepping.get_by_text("Result", exact=True)).to_be_visible(timeout=LONG)
    expect(stepping.get_by_text("Checked: same number of parameters")).to_be_visible(timeout=LONG)


def test_what_is_inside_can_be_looked_at(stepping):
    expect(stepping.get_by_text("What looking inside has cost so far")).to_be_visible(timeout=LONG)
    stepping.get_by_text("16 images", exact=True).click()
    expect(stepping.locator(".tp-images figure img")).to_have_count(16, timeout=LONG)
    expect(stepping.locator(".tp-strip").first).to_have_attribute("aria-label", re.compile("right after .* looks"))
    stepping.get_by_text("Activations", exact=True).click()
    expect(stepping.locator(".tp-maps img").first).to_be_visible(timeout=LONG)


@pytest.mark.parametrize(
    "path", ["/train?view=code", "/train?view=study&lang=ko", "/train?schedule=cosine&early_stopping=true"]
)
def test_no_part_scrolls_sideways_on_a_phone(dashboard, path):
    page = dashboard.open(path, width=400, height=800, has_touch=True, is_mobile=True)
    expect(page.get_by_text(sayer("ko" if "lang=ko" in path else "en")("What does tf.function buy?")).first).to_be_visible(
        timeout=LONG
    )
    assert page.evaluate(
        "() => [...document.querySelectorAll('[data-testid=stMain]')].every((e) => e.scrollWidth <= e.clientWidth + 1)"
    )
    dashboard.close(page)


def test_nothing_was_complained_about_in_the_console(dashboard):
    assert dashboard.complaints == []
