"""A student plays a case to its end: symptoms, a probe, a wrong answer, the right one, the proof; the points stay."""

from __future__ import annotations

import pytest

from clsf.faults.catalogue import FAULTS
from clsf.faults.lab import case_of
from clsf.ui.shared.text import catalogue
from tests.browser.axe import SCRIPT, settle, violations
from tests.browser.conftest import DRAWN, playwright

expect = playwright.expect
LONG = 300_000  # milliseconds: programs import their framework, on a machine with other work
CODE = "T2-17"


def own_violations(page: object) -> list[str]:
    """Return what axe finds on the page itself; the menu beside it is the same on every page, and test_accessibility looks at it."""
    return violations(page, "[data-testid=stMain]")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_case_is_played_to_the_end(dashboard, lang):
    def said(text: str) -> str:
        return catalogue(lang).gettext(text)

    case = case_of(CODE)
    right, line = said(FAULTS[case.kinds[0]].title.template), case.right_lines[0]
    wrong = next(said(FAULTS[kind].title.template) for kind in case.choices if kind not in case.kinds)
    page = dashboard.open(f"/bug_lab?lang={lang}&case={CODE}", height=1400)

    # Symptoms: 16 predictions, curves, a matrix; nowhere the name of the fault.
    expect(page.locator(".bl-grid li")).to_have_count(16, timeout=LONG)
    expect(page.locator(".clsf-chart")).to_have_count(3, timeout=LONG)
    assert right not in page.locator("[data-testid=stMain]").inner_text()

    page.locator(".st-key-buglab_next button:visible").first.click()
    page.locator(".st-key-buglab_probe_gradients button:visible").first.click()
    expect(page.locator(".st-key-buglab-answer-gradients .clsf-chart")).to_have_count(1, timeout=LONG)
    if SCRIPT.is_file():
        settle(page)
        assert own_violations(page) == []
    page.locator(".st-key-buglab_next button:visible").first.click()

    def answer(title: str) -> None:
        page.get_by_role("radio", name=title, exact=True).check(force=True)
        page.locator("[data-testid=stForm] label").filter(has_text=case.shown.splitlines()[line - 1].strip()[:40]).first.click()
        page.get_by_role("button", name=said("Answer"), exact=True).click()

    answer(wrong)
    expect(page.get_by_role("alert")).to_be_visible(timeout=LONG)
    answer(right)
    expect(page.locator(".st-key-buglab-proof")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name=right)).to_be_visible()
    lines = page.locator(".clsf-chart").last
    expect(lines).to_have_class(DRAWN, timeout=LONG)
    names = lines.evaluate("chart => chart.data.map(trace => trace.name)")
    assert names == [said("faulty"), said("fixed"), said("healthy")]
    if SCRIPT.is_file():
        settle(page)
        assert own_violations(page) == []

    page.reload()
    expect(page.get_by_role("heading", name=right)).to_be_visible(timeout=LONG)
    dashboard.close(page)
