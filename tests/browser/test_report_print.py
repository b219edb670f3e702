"""A report that is printed: pages that fit, at most two for one run, however deep its model is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from clsf.model import presets
from clsf.report import html
from tests.unit.test_report import contents, english, evaluated, korean, run

WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
NOTES = "I expected the deeper model to win. It did not, and here is why. " * 6


def printed(browser, text: str) -> int:
    """Return how many pages a report takes; fails if anything is wider than the paper."""
    page = browser.new_context(
        viewport={"width": 695, "height": 1000}
    ).new_page()  # 210 mm less the margins, at 96 pixels per inch
    page.set_content(text)
    page.emulate_media(media="print")
    assert page.evaluate(WIDE) <= 0
    found = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    page.context.close()
    return found


@pytest.mark.parametrize("name", presets.NAMES)
def test_one_run_is_at_most_two_pages(browser, name):
    record = run("torch", tuple(1.0 / n for n in range(1, 31)))
    record.model = presets.preset(name, 10)
    record.started = replace(record.started, input_shape=(224, 224, 3) if name.startswith(("alex", "vgg")) else (64, 64, 3))
    one = contents(records=[record], names=["PyTorch · " + name], measured={"run-torch": evaluated(5)}, notes=NOTES)
    assert printed(browser, html(one, english)) <= 2
    assert printed(browser, html(replace(one, language="ko"), korean)) <= 2


def test_two_runs_fit_the_paper_too(browser):
    assert printed(browser, html(contents(notes=NOTES), english)) <= 3
