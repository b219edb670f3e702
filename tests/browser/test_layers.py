"""A student slides the window, enlarges a map, follows a receptive field, and brings their own picture"""

from __future__ import annotations

import io
import re
from urllib.parse import urlencode

import pytest
from PIL import Image

from tests.browser.conftest import playwright

expect = playwright.expect
LONG = 90_000  # milliseconds: two processes may still be importing their frameworks

CHAINS = {
    "asymmetric": "Conv2D:filters=3,strides=2,padding=same,w.source=hand,w.kernels=edge",
    "dilated": "Conv2D:filters=2,dilation_rate=2,padding=same,activation=relu",
    "depthwise": "DepthwiseConv2D:depth_multiplier=2,padding=same",
    "max": "MaxPool2D:pool_size=3,strides=2,padding=same",
    "average": "AveragePool2D:pool_size=3,strides=2,padding=same",
}


def address(**link: str) -> str:
    return "/layers?" + urlencode({"lang": "en", "picture_side_48": "28", "view": "window", **link})


def at(window) -> tuple[int, int]:
    row, column = window.get_attribute("data-at").split(",")
    return int(row), int(column)


@pytest.mark.slow
def test_the_window_slides_by_buttons_keys_clicks_and_alone(dashboard):
    page = dashboard.open(address(chain=CHAINS["asymmetric"]))
    window = page.locator(".window")
    expect(window.locator(".place")).to_have_text("row 8 of 14, column 8 of 14", timeout=LONG)
    expect(window.locator(".check")).to_contain_text("✓ TensorFlow says")
    expect(window.locator(".all")).to_contain_text("computed here like this, 196 in all", timeout=LONG)

    # Buttons, and keys once the component has the focus. Nothing of this asks the server.
    page.wait_for_timeout(500)
    page.evaluate(
        """() => {
            const send = WebSocket.prototype.send;
            window.asked = 0;
            WebSocket.prototype.send = function (...message) { window.asked += 1; return send.apply(this, message); };
        }"""
    )
    window.get_by_role("button", name="First position").click()
    assert at(window) == (0, 0)
    expect(window.locator(".cells .padding")).to_have_count(0)  # strides 2 on 28: padding is below and right only
    window.focus()
    for key, place in (
        ("ArrowRight", (0, 1)),
        ("ArrowDown", (1, 1)),
        ("ArrowLeft", (1, 0)),
        ("End", (13, 13)),
        ("ArrowUp", (12, 13)),
    ):
        page.keyboard.press(key)
        assert at(window) == place, key
    page.keyboard.press("End")
    expect(window.locator(".cells .padding")).to_have_count(5)  # of nine cells under the window; the other grids are numbers
    expect(window.locator(".spoken")).to_contain_text("row 14 of 14, column 14 of 14")

    # It plays by itself, and stops when asked to.
    page.keyboard.press("Home")
    window.get_by_label("Speed").select_option(label="60 per second")
    window.get_by_role("button", name="Play").click()
    expect(window).not_to_have_attribute("data-at", re.compile("^0,"), timeout=10_000)
    window.get_by_role("button", name="Pause").click()
    stopped = at(window)
    page.wait_for_timeout(300)
    assert at(window) == stopped
    window.locator(".output canvas").click(position={"x": 3, "y": 3})
    assert at(window) == (0, 0)
    assert page.evaluate("window.asked") == 0
    assert dashboard.complaints == []
    dashboard.close(page)


@pytest.mark.slow
def test_every_kind_of_window_computes_what_the_framework_says_at_every_position(dashboard):
    for name, chain in CHAINS.items():
        page = dashboard.open(address(chain=chain))
        window = page.locator(".window")
        expect(window.locator(".all")).to_contain_text("Every position was computed", timeout=LONG)
        choices = window.locator("select.filter option").all_inner_texts()
        for n in range(len(choices)):
            window.locator("select.filter").select_option(index=n, force=True)
            expect(window).to_have_attribute("data-largest", re.compile(r"\d"))
            assert float(window.get_attribute("data-largest")) <= 1e-5, (name, choices[n])
        if name == "max":
            expect(window.locator(".cells .winner")).to_have_count(1)
            expect(window.locator(".sum")).to_contain_text("The largest is")
            assert float(window.get_attribute("data-largest")) == 0
        dashboard.close(page)


@pytest.mark.slow
def test_a_map_is_enlarged_and_a_receptive_field_followed(dashboard):
    page = dashboard.open(address(view="out"))
    tiles = page.locator(".gallery .tile")
    expect(tiles).to_have_count(8, timeout=LONG)
    tiles.first.click()
    dialog = page.locator(".gallery dialog")
    expect(dialog.locator("b")).to_have_text("edge")
    page.keyboard.press("ArrowRight")
    expect(dialog.locator("b")).to_have_text("Sobel ↔")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.goto(dashboard.address + address(view="field", layer="3"))
    field = page.locator(".field")
    expect(field.locator("figure")).to_have_count(4, timeout=LONG)
    field.focus()
    cell = field.get_attribute("data-cell")
    page.keyboard.press("ArrowUp")
    assert field.get_attribute("data-cell") != cell
    expect(field.locator("figure").first).to_contain_text("sees 4×4")
    assert dashboard.complaints == []
    dashboard.close(page)


@pytest.mark.slow
def test_an_uploaded_picture_goes_through_the_chain_and_a_bad_one_is_refused(dashboard):
    page = dashboard.open(address(picture="upload", view="out"))
    expect(page.locator(".ls-tile").first).to_contain_text("flower", timeout=LONG)
    page.locator("input[type=file]").set_input_files({"name": "bad.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_role("alert").first).to_contain_text("can't be read as an image", timeout=LONG)
    file = io.BytesIO()
    Image.linear_gradient("L").save(file, "PNG")
    page.locator("input[type=file]").set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(page.locator(".ls-tile").first).to_contain_text("mine.png", timeout=LONG)
    expect(page.locator(".ls-tile").first).to_contain_text("28×28×1")
    dashboard.close(page)


@pytest.mark.slow
def test_nothing_is_wider_than_a_phone(dashboard):
    for link in ({}, {"view": "both"}, {"view": "window", "lang": "ko"}):
        page = dashboard.open(address(**link), width=400)
        expect(page.locator(".ls-tile")).to_have_count(5, timeout=LONG)
        page.wait_for_timeout(1500)
        assert page.evaluate(
            "[...document.querySelectorAll('[data-testid=stMain]')].every((e) => e.scrollWidth <= e.clientWidth + 1)"
        )
        dashboard.close(page)
