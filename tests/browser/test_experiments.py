"""A student trains an experiment, finds its runs after a reload and in another tab, deletes one and takes that back, and shares one."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import DRAWN, playwright

expect = playwright.expect
LONG = 120_000  # milliseconds: two processes may still be importing their frameworks


def tick(page, row: int) -> None:
    """Choose a row of the list by its box, as a reader does; runs of an experiment are a fold."""
    boxes = page.locator(".runs input[type=checkbox]")
    expect(boxes.nth(row)).to_be_attached(timeout=LONG)
    for fold in page.locator(".runs details:not([open]) > summary").all():
        fold.click()
    boxes.nth(row).check()


def keys(page) -> set[str]:
    """Return what the browser remembers the reader by."""
    return {cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "clsf_key"}


@pytest.mark.slow
def test_an_experiment_its_runs_and_who_may_see_them(dashboard):
    page = dashboard.open("/experiments?lang=en&kind=learning-rate&exp_model=tiny&exp_epochs=2&exp_rates=0.01,0.1", height=1400)
    start = page.get_by_role("button", name="Start the experiment")
    expect(start).to_be_enabled(timeout=LONG)
    expect(page.get_by_text("2 runs, about")).to_be_visible(timeout=LONG)
    start.click()
    expect(page.get_by_role("button", name="Open in my runs")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=LONG)
    expect(page.locator(".ex-table tbody tr")).to_have_count(2, timeout=LONG)
    expect(page.locator(".clsf-chart")).to_have_count(5, timeout=LONG)
    expect(page.get_by_text(re.compile("is ahead with|are equal with"))).to_be_visible(timeout=LONG)
    expect(page.locator(".clsf-chart").first).to_have_class(DRAWN, timeout=LONG)
    lines = page.locator(".clsf-chart").first.evaluate("chart => chart.data.map(trace => [trace.name, trace.y.length])")
    assert {name for name, count in lines if count > 1} == {"0.01", "0.1"}
    signs = page.locator(".ex-legend .ex-sign b").evaluate_all("all => all.map(b => getComputedStyle(b).maskImage)")
    assert len(set(signs)) == 2
    assert all("svg" in sign for sign in signs)
    expect(page).to_have_url(re.compile("experiment="))
    address = page.url

    # The same runs after a reload, in another tab, and in the other language.
    page.goto(address.replace("lang=en", "lang=ko"))
    expect(page.locator(".ex-table tbody tr")).to_have_count(2, timeout=LONG)
    other = page.context.new_page()
    other.set_viewport_size({"width": 1280, "height": 1600})
    other.goto(f"{dashboard.address}/runs?lang=en")
    expect(other.get_by_text("2 runs", exact=True)).to_be_visible(timeout=LONG)

    # One is deleted and comes back.
    tick(other, 0)
    other.get_by_role("button", name="Delete", exact=True).click()
    expect(other.get_by_text("1 run", exact=True)).to_be_visible(timeout=LONG)
    other.get_by_role("button", name="Undo").click()
    expect(other.get_by_text("2 runs", exact=True)).to_be_visible(timeout=LONG)

    # It gets a name, and is shared: a stranger sees it, and nothing else.
    tick(other, 0)
    other.get_by_text("Name, note and tags", exact=True).click()
    other.get_by_label("Name", exact=True).fill("the faster one")
    other.get_by_label("Name", exact=True).press("Enter")  # which keeps it
    expect(other.get_by_role("heading", name="the faster one")).to_be_visible(timeout=LONG)
    heights = other.locator("[data-testid=stMain] button:visible", has_text=re.compile("Capsule|Delete|Share")).evaluate_all(
        "all => all.map(b => Math.round(b.getBoundingClientRect().height))"
    )
    assert len(heights) >= 3
    assert len(set(heights)) == 1, "buttons beside each other are equally high, with help or without"
    other.locator("[data-testid=stPopoverButton]", has_text="Share").click()
    link = other.locator("[data-testid=stPopoverBody] code").first.inner_text()
    assert link.startswith(f"{dashboard.address}/runs?run=")
    stranger = dashboard.open(link.removeprefix(dashboard.address) + "&lang=en")
    expect(stranger.get_by_role("heading", name="the faster one")).to_be_visible(timeout=LONG)
    expect(stranger.get_by_text("Somebody shared this run with you")).to_be_visible(timeout=LONG)
    expect(stranger.get_by_role("button", name="Delete", exact=True)).to_have_count(0)
    stranger.get_by_role("button", name="My runs").click()
    expect(stranger.get_by_text("You have not trained anything yet")).to_be_visible(timeout=LONG)
    assert page.locator("[data-testid=stException]").count() == 0
    assert not dashboard.complaints
    for tab in (page, stranger):
        tab.context.close()


@pytest.mark.slow
def test_who_is_forgotten_finds_the_runs_with_the_key(dashboard):
    page = dashboard.open("/experiments?lang=en&kind=seeds&exp_model=tiny&exp_epochs=1&exp_seeds=2", height=1400)
    start = page.get_by_role("button", name="Start the experiment")
    expect(start).to_be_enabled(timeout=LONG)
    start.click()
    expect(page.get_by_text("The mean of 2 seeds is")).to_be_visible(timeout=LONG)
    page.goto(f"{dashboard.address}/runs?lang=en")
    expect(page.get_by_text("2 runs", exact=True)).to_be_visible(timeout=LONG)
    page.locator("[data-testid=stPopoverButton]", has_text="My key").click()
    key = page.locator("[data-testid=stPopoverBody] code").first.inner_text()
    assert keys(page) == {key}
    page.get_by_role("button", name="Forget me on this computer").click()
    expect(page.get_by_text("You have not trained anything yet")).to_be_visible(timeout=LONG)
    page.wait_for_function(f"() => !document.cookie.includes('{key}')")
    page.reload()
    expect(page.get_by_text("You have not trained anything yet")).to_be_visible(timeout=LONG)
    assert keys(page) != {key}
    page.locator("[data-testid=stPopoverButton]", has_text="My key").click()
    page.get_by_label("A key of yours from elsewhere").fill(key)
    page.get_by_label("A key of yours from elsewhere").press("Enter")
    page.get_by_role("button", name="Use this key").click()
    expect(page.get_by_text("2 runs", exact=True)).to_be_visible(timeout=LONG)
    page.wait_for_function(f"() => document.cookie.includes('{key}')")
    page.reload()
    expect(page.get_by_text("2 runs", exact=True)).to_be_visible(timeout=LONG)
    page.context.close()
