"""A student runs a lockstep, flips one switch, and sees where the frameworks part."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.browser.conftest import playwright
from tests.browser.said import sayer

pytestmark = pytest.mark.slow  # two whole races

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
    expect(page.locator(".cp-model td.first")).to_contain_text("first difference")
    expect(page.locator(".cp-model tr", has=page.locator("td.first"))).to_contain_text("logits")

    # A reload finds it again, in the other language too.
    page.goto(page.url.replace("lang=en", "lang=ko"))
    expect(page.locator(".cp-model td.first")).to_contain_text(sayer("ko")("first difference"), timeout=LONG)
    assert page.locator("[data-testid=stException]").count() == 0
    assert not dashboard.complaints
    dashboard.close(page)


@pytest.mark.slow
def test_whole_tensors_can_be_taken_along(dashboard, tmp_path):
    page = dashboard.open("/compare?lang=en&compare=lockstep&model=tiny&steps=3&lock_dtype=float64&keep=2")
    run = page.get_by_role("button", name="Run lockstep")
    expect(run).to_be_enabled(timeout=LONG)
    run.click()
    expect(page.get_by_text("TensorFlow and PyTorch compute the same")).to_be_visible(timeout=LONG)
    page.get_by_text("Every tensor", exact=True).click()
    with page.expect_download() as found:
        page.get_by_role("button", name="Whole tensors (.npz)").click()
    path = tmp_path / "tensors.npz"
    found.value.save_as(path)
    with np.load(path, allow_pickle=False) as arrays:
        names = set(arrays)
        assert {"1/forward/logits/tensorflow", "2/forward/logits/torch"} <= names
        assert not any(name.startswith("3/") for name in names)
        kernels = [arrays[f"1/update/1.kernel/{framework}"] for framework in ("tensorflow", "torch")]
        assert kernels[0].shape == kernels[1].shape
        assert np.abs(kernels[0] - kernels[1]).max() < 1e-12
        assert np.abs(kernels[0]).max() > 0.01
    assert not dashboard.complaints
    dashboard.close(page)


def ranges(page) -> list[dict]:
    """Return what each chart of the race shows, [low, high] by axis; null where it shows everything."""
    return page.locator(".clsf-chart").evaluate_all(
        """charts => charts.map(chart => Object.fromEntries(["xaxis", "xaxis2", "yaxis", "yaxis2"].map(
            name => [name, chart.layout[name].autorange === false ? chart.layout[name].range : null])))"""
    )


def test_both_charts_of_a_race_zoom_to_the_same_stretch_of_training(dashboard):
    page = dashboard.open("/compare?lang=en&model=tiny&epochs=4", height=1200)
    train = page.get_by_role("button", name="Train both")
    expect(train).to_be_enabled(timeout=LONG)
    train.click()
    expect(page.get_by_text("Peak memory of the worker")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Over seconds")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=LONG)
    charts = page.locator(".clsf-chart")
    expect(charts).to_have_count(2)
    assert all(value is None for chart in ranges(page) for value in chart.values())

    # Drag from a little before the end of epoch 1 to a little after that of epoch 2 of the loss, as a reader does.
    plot = charts.first.locator(".xy .nsewdrag, .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    least, most = charts.first.evaluate("chart => chart._fullLayout.xaxis.range")
    begin, end = (box["x"] + box["width"] * (epoch - least) / (most - least) for epoch in (0.9, 2.1))
    y = box["y"] + box["height"] / 2
    page.mouse.move(begin, y)
    page.mouse.down()
    page.mouse.move(end, y, steps=5)
    page.mouse.up()
    page.wait_for_function("() => document.querySelectorAll('.clsf-chart')[1].layout.xaxis.autorange === false")
    over_epochs, over_seconds = ranges(page)
    assert over_epochs["xaxis"] == over_epochs["xaxis2"]
    assert over_epochs["xaxis"] == pytest.approx([0.9, 2.1], abs=0.09)

    # The other chart shows the seconds from the first framework's epoch 1 to the last one's epoch 2, and not epoch 3.
    data = charts.nth(1).evaluate(
        """chart => chart.data.filter(trace => trace.mode === "markers" && trace.yaxis === "y").map(trace => Array.from(trace.x))"""
    )
    low, high = over_seconds["xaxis2"]
    assert 0 < low < min(seconds[0] for seconds in data)
    assert max(seconds[1] for seconds in data) < high
    assert high < max(seconds[2] for seconds in data)

    # The code of both is beneath, aligned.
    page.get_by_text("The code of both", exact=True).click()
    expect(page.get_by_text("nn.Module").first).to_be_visible(timeout=LONG)
    expect(page.get_by_text("keras.Input").first).to_be_visible()

    # A double click shows everything again, in both.
    charts.nth(1).locator(".nsewdrag").first.dblclick()
    page.wait_for_function("() => document.querySelectorAll('.clsf-chart')[0].layout.xaxis.autorange !== false")
    assert all(value is None for chart in ranges(page) for value in chart.values())
    assert not dashboard.complaints
    dashboard.close(page)
