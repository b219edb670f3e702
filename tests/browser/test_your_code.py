"""A student pastes a faulty program, sees the line marked, takes the fix, and trains both: the curves part."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import DRAWN, playwright
from tests.browser.said import sayer, whole
from tests.unit.reader_programs import PROGRAMS, RIGHT

expect = playwright.expect
LONG = 240_000  # milliseconds: two processes may still be importing their frameworks


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_faulty_program_is_marked_mended_and_trained_beside_its_fixed_version(dashboard, lang):
    said = sayer(lang)
    label = whole(said("Your program"))
    source, ((kind, line),) = PROGRAMS["torch-cnn: softmax-then-logits-loss"]
    assert kind == "softmax-then-logits-loss"
    page = dashboard.open(f"/your_code?lang={lang}", height=1600)
    box = page.get_by_label(label)
    box.fill(source)
    box.press("Control+Enter")
    marked = page.locator(".yc-bad")
    expect(marked).to_have_count(1, timeout=LONG)
    assert int(marked.get_attribute("data-line")) == line

    # Both are trained first, as the fix takes the faulty one away.
    for name, value in ((said("Training images"), "200"), (said("Epochs"), "2")):
        number = page.get_by_role("spinbutton", name=name)
        number.fill(value)
        number.press("Enter")
        expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0, timeout=LONG)
    button = page.get_by_role("button", name=said("Train it as it is, and fixed"))
    expect(button).to_be_enabled(timeout=LONG)
    button.click()
    expect(page).to_have_url(re.compile("experiment="), timeout=LONG)
    expect(page.locator(".ex-table tbody tr")).to_have_count(4, timeout=LONG)
    expect(page.get_by_role("button", name=whole(said("Stop")))).to_have_count(0, timeout=LONG)
    expect(page.locator(".clsf-chart").first).to_have_class(DRAWN, timeout=LONG)
    lines = page.locator(".clsf-chart").first.evaluate("chart => chart.data.map(trace => [trace.name, [...trace.y]])")
    last = {name: values[-1] for name, values in lines if len(values) > 1}
    faulty = [value for name, value in last.items() if said("as it is").search(name)]
    better = [value for name, value in last.items() if said("fixed").search(name)]
    assert len(faulty) == len(better) == 2
    assert max(better) < min(faulty)

    # The program is still there; its fix is taken.
    page.go_back()
    expect(page.locator(".yc-bad")).to_have_count(1, timeout=LONG)
    page.get_by_role("button", name=said("Take this fix")).click()
    expect(page.locator(".yc-bad")).to_have_count(0, timeout=LONG)
    expect(page.get_by_text(said("No fault was found in what could be read."))).to_be_visible(timeout=LONG)
    assert "softmax" not in page.get_by_label(label).input_value()


@pytest.mark.slow
def test_two_programs_and_why_they_differ(dashboard):
    page = dashboard.open("/your_code?lang=en", height=1600)
    page.get_by_text("Compare two programs").click()
    for label in ("The other program", "Your program"):  # while the page is laid out anew, the box of before is still there
        expect(page.get_by_label(label)).to_have_count(1, timeout=LONG)
    for label, source in (("Your program", RIGHT["keras-mlp"]), ("The other program", RIGHT["torch-mlp"])):
        box = page.get_by_label(label)
        box.fill(source)
        box.press("Control+Enter")
    expect(page.get_by_role("heading", name="Why do they differ?")).to_be_visible(timeout=LONG)
    rate = page.get_by_text(re.compile("learning rate: "))
    expect(rate).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile("Still different:.*learning rate"))).to_be_visible(timeout=LONG)
    rate.click()
    expect(page.get_by_text(re.compile("Still different:.*learning rate,"))).to_have_count(0, timeout=LONG)
