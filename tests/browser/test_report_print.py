"""A report that is printed: pages that fit, at most two, however deep its model is and however much two runs differ."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from clsf.model import presets
from clsf.optimizers import POPULAR
from clsf.predict import metrics
from clsf.report import html
from tests.sampled import sampled
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


@pytest.mark.parametrize("name", sampled(presets.NAMES, ("lecture-cnn", "efficientnet-lite0")))
def test_one_run_is_at_most_two_pages(browser, name):
    record = run("torch", tuple(1.0 / n for n in range(1, 31)))
    record.model = presets.preset(name, 10)
    record.started = replace(record.started, input_shape=(224, 224, 3) if name.startswith(("alex", "vgg")) else (64, 64, 3))
    one = contents(records=[record], names=["PyTorch · " + name], measured={"run-torch": evaluated(5)}, notes=NOTES)
    assert printed(browser, html(one, english)) <= 2
    assert printed(browser, html(replace(one, language="ko"), korean)) <= 2


@pytest.mark.parametrize(("name", "classes"), [("inception-like", 10), ("lecture-cnn", 20)])
def test_two_runs_that_differ_in_much_are_at_most_two_pages(browser, name, classes):
    """As full as a report gets: every point of the fairness check, two confusion matrices, a page of notes' first third."""
    records = [run(framework, tuple(1.0 / n for n in range(1, 31)), "Some processor with a long name, 2 cores") for framework in ("tensorflow", "torch")]  # fmt: skip
    for record in records:
        record.model = presets.preset(name, classes)
        record.started = replace(
            record.started, input_shape=(64, 64, 3), versions={record.framework: "2.21.0", "numpy": "2.3.5"}
        )
    records[1].plan = records[1].plan.but(
        optimizer=POPULAR, learning_rate=0.003, batch_size=64, seed=7, rules="native", start="kaiming", l2=0.001,
        differences=("bn-momentum", "softmax-before-loss", "dropout-masks"),
    )  # fmt: skip
    labels = np.arange(2000) % classes
    p = np.random.default_rng(1).dirichlet(np.ones(classes), 2000)
    seen = replace(
        evaluated(5), probabilities=p, labels=labels, numbers=np.arange(2000), confusion=metrics.confusion(labels, p)
    )
    two = contents(
        records=records, names=[f"{r.framework} · {name}" for r in records], classes=[f"class {n}" for n in range(classes)],
        measured={r.run_id: seen for r in records}, notes=NOTES * 2,
    )  # fmt: skip
    assert printed(browser, html(two, english)) <= 2
    assert printed(browser, html(replace(two, language="ko"), korean)) <= 2
