"""A student gives two files; the first layer that differs is named, in both languages; a bad file is a sentence."""

from __future__ import annotations

import re

import pytest

from tests import conversions
from tests.backends.test_convert_bar import pair
from tests.browser.conftest import playwright
from tests.browser.said import sayer, whole
from tests.frameworks import process

pytestmark = pytest.mark.slow

expect = playwright.expect
LONG = 120_000  # milliseconds


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_first_layer_that_differs_is_named(dashboard, tmp_path, lang):
    given = pair("plain", "pt", ("hw-swapped", "conv_a"), 3)
    for one in given:
        (tmp_path / one.name).write_bytes(one.content)
    page = dashboard.open(f"/compare?lang={lang}&compare=convert", height=1200)
    start = page.get_by_role("button", name=sayer(lang)("Compare layer by layer"))
    expect(start).to_be_visible(timeout=LONG)
    inputs = page.locator("input[type=file]")
    inputs.nth(0).set_input_files(tmp_path / given[0].name)
    expect(start).to_be_enabled(timeout=LONG)
    inputs.nth(1).set_input_files(tmp_path / given[1].name)
    page.wait_for_timeout(1000)
    start.click()
    expect(page.get_by_text(sayer(lang)("They first differ at the layer {layer}: {cause}.", layer="conv_a"))).to_be_visible(
        timeout=LONG
    )
    page.screenshot(path=tmp_path / "convert.png", full_page=True)

    (tmp_path / "bad.keras").write_bytes(b"PK nothing")
    inputs.nth(0).set_input_files(tmp_path / "bad.keras")
    page.wait_for_timeout(1000)
    start.click()
    expect(page.get_by_text(re.compile(r"\.keras")).first).to_be_visible(timeout=LONG)
    assert page.locator("[data-testid=stException]").count() == 0
    assert not dashboard.complaints
    dashboard.close(page)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_case_tells_what_was_published(dashboard, lang):
    page = dashboard.open(f"/compare?lang={lang}&compare=gap&case=crossedwires")
    expect(page.get_by_role("heading", name=whole(sayer(lang)("Cases")))).to_be_visible(timeout=LONG)
    expect(page.get_by_role("link", name=re.compile("CrossedWires"))).to_have_attribute(
        "href", "https://arxiv.org/abs/2108.12768", timeout=LONG
    )
    assert page.locator("[data-testid=stException]").count() == 0
    assert not dashboard.complaints
    dashboard.close(page)


def test_one_file_opens_in_the_editor(dashboard, tmp_path):
    content, _ = process("tensorflow").run(conversions.keras_made, "branches", 1)
    (tmp_path / "net.keras").write_bytes(content)
    page = dashboard.open("/compare?lang=en&compare=convert", height=1200)
    start = page.get_by_role("button", name="Compare layer by layer")
    expect(start).to_be_visible(timeout=LONG)
    page.locator("input[type=file]").nth(0).set_input_files(tmp_path / "net.keras")
    expect(start).to_be_enabled(timeout=LONG)
    start.click()
    expect(page.get_by_text("Every layer agrees")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Open in Model").click()
    expect(page).to_have_url(re.compile("/model"), timeout=LONG)
    assert not dashboard.complaints
    dashboard.close(page)
