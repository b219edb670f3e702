"""A student runs a lockstep, flips one switch, and sees where the frameworks part."""

from __future__ import annotations

import re

from tests.browser.conftest import playwright

expect = playwright.expect
LONG = 90_000  # milliseconds: two processes may still be importing their frameworks


def test_lockstep_agrees_until_a_switch_is_flipped(dashboard):
    page = dashboard.open("/compare?lang=en&compare=lockstep&model=tiny&steps=10&lock_dtype=float64")
    run = page.get_by_role("button", name="Run lockstep")
    expect(run).to_be_enabled(timeout=LONG)
    run.click()
    expect(page.get_by_text("TensorFlow and PyTorch compute the same")).to_be_visible(timeout=LONG)
    expect(page.locator(".cp-model td.part")).to_have_count(0)
    expect(page.locator(".cp-model td.same").first).to_be_visible()
    expect(page).to_have_url(re.compile("lockstep="))

    # One switch, in the switchboard; the lockstep runs with exactly that one.
    page.get_by_role("radio", name=re.compile("Switchboard")).or_(
        page.get_by_role("button", name=re.compile("Switchboard"))
    ).first.click()
    card = page.locator(".st-key-card_softmax-before-loss")
    card.get_by_text("PyTorch as in the lecture", exact=True).click()
    expect(page).to_have_url(re.compile("switches=softmax-before-loss"), timeout=LONG)
    page.get_by_role("button", name="Run lockstep with these").click()
    verdict = page.get_by_text("That is where 'Softmax before the loss' shows.")
    expect(verdict).to_be_visible(timeout=LONG)
    expect(page.locator(".cp-model td.first")).to_contain_text("first parting")
    expect(page.locator(".cp-model tr", has=page.locator("td.first"))).to_contain_text("logits")

    # A reload finds it again, in the other language too.
    page.goto(page.url.replace("lang=en", "lang=ko"))
    expect(page.locator(".cp-model td.first")).to_contain_text("처음 갈라진 곳", timeout=LONG)
    assert page.locator("[data-testid=stException]").count() == 0
    assert not dashboard.complaints
    page.context.close()
