"""A student builds LeNet-5 from nothing, breaks it, mends it by the offered click, copies its code, and finds it again by its link"""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import playwright

expect = playwright.expect
LONG = 60_000  # milliseconds; the frameworks may be loading beside the page

LENET = [
    ("Conv2D", {"filters": "6", "kernel_size": "5", "padding": "same", "activation": "tanh"}),
    ("AveragePool2D", {}),
    ("Conv2D", {"filters": "16", "kernel_size": "5", "activation": "tanh"}),
    ("AveragePool2D", {}),
    ("Flatten", {}),
    ("Dense", {"units": "120", "activation": "tanh"}),
    ("Dense", {"units": "84", "activation": "tanh"}),
    ("Dense", {"units": "10", "activation": "linear"}),
]


def add(page, kind: str) -> None:
    """Add a layer at the end of the model's own row."""
    cards = page.locator(".me > .row > [role=list] > [role=listitem] > .card")
    before = cards.count()
    page.locator(".me > .row > .gap.last .plus").click()
    page.locator(".menu .kind", has=page.get_by_text(kind, exact=True)).click()
    expect(cards).to_have_count(before + 1, timeout=LONG)


def fill(page, name: str, value: str) -> None:
    """Change a field of the card that is open, and wait until the page has taken it."""
    field = page.locator(f'.card.open [id^="f-"][id$="-{name}"]')
    if field.evaluate("element => element.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)
        field.press("Enter")
    said = {"units": f"{value} units", "filters": f"{value} filters", "kernel_size": f"{value}×{value}"}.get(name, value)
    if said != "linear":
        expect(page.locator(".card.open .said").first).to_contain_text(said, timeout=LONG)
    else:
        expect(page.locator(".card.open .said").first).not_to_contain_text("relu", timeout=LONG)


def total(page):
    return page.get_by_test_id("stMetricValue").first


def empty(page) -> None:
    page.get_by_role("button", name="Start from").click()
    page.get_by_role("button", name="empty", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0, timeout=LONG)
    expect(page.get_by_role("button", name="empty", exact=True)).not_to_be_visible(timeout=LONG)


@pytest.mark.slow
def test_lenet_from_nothing_to_61706_parameters_broken_mended_copied_and_found_again(dashboard):
    page = dashboard.open("/model?lang=en&for=mnist", permissions=["clipboard-read", "clipboard-write"])
    expect(total(page)).to_have_text("333,526", timeout=LONG)
    empty(page)
    for kind, values in LENET:
        add(page, kind)
        for name, value in values.items():
            fill(page, name, value)
    expect(total(page)).to_have_text("61,706", timeout=LONG)
    expect(page.get_by_text("ready to train").first).to_be_visible()

    # Break it: without the Flatten the first Dense turns red and those behind it wait.
    flatten = page.locator(".card", has=page.locator("b", has_text=re.compile("^Flatten$")))
    flatten.hover()
    flatten.get_by_role("button", name="Remove").click()
    red = page.locator(".card.broken")
    expect(red).to_contain_text("It needs a flat vector, but receives a 5×5×16 image", timeout=LONG)
    expect(page.locator(".card.waits")).to_have_count(2)
    expect(page.get_by_role("button", name="Train this model")).to_be_disabled()

    # Mend it by the offered click.
    red.get_by_role("button", name="Put a Flatten before it").click()
    expect(total(page)).to_have_text("61,706", timeout=LONG)
    expect(page.locator(".card.broken")).to_have_count(0)

    # Choosing a layer marks its lines in both sources, and pointing at a line marks its card.
    page.locator(".card").nth(2).locator(".head").click()
    expect(page.locator(".mc .side0 .line.chosen").first).to_contain_text("layers.Conv2D(16")
    expect(page.locator(".mc .side1 .line.chosen").first).to_contain_text("nn.Conv2d(6, 16")
    page.locator(".mc .side1 .line", has_text="self.dense1 = nn.Linear").hover()
    expect(page.locator(".card.marked")).to_contain_text("120 units")

    # Copy the code.
    page.locator(".mc .side1 .copy").click()
    expect(page.locator(".mc .side1 .copy")).to_contain_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "nn.Conv2d(1, 6, kernel_size=5" in copied
    assert copied.count("nn.Linear") == 3

    # Its link brings it back, in another browser session and in the other language.
    expect(page).to_have_url(re.compile(r"design=1\."))
    address = page.url.replace("lang=en", "lang=ko").removeprefix(dashboard.address)
    again = dashboard.open(address)
    expect(total(again)).to_have_text("61,706", timeout=LONG)
    expect(again.locator(".card")).to_have_count(8)
    assert again.locator("[data-testid=stException]").count() == 0
    assert not dashboard.complaints
    dashboard.close(again)
    dashboard.close(page)


@pytest.mark.slow
def test_the_keyboard_alone_moves_copies_switches_off_and_takes_back(dashboard):
    page = dashboard.open("/model?lang=en&for=shapes")
    heads = page.locator(".me .head")
    expect(heads).to_have_count(8, timeout=LONG)
    names = page.locator(".card .name b")
    heads.nth(6).focus()
    page.keyboard.press("Alt+ArrowUp")  # Dropout before the Dense layer
    expect(names.nth(5)).to_have_text("Dropout", timeout=LONG)
    expect(page.locator(".me .head:focus")).to_contain_text("Dropout")
    for _ in range(4):  # faster than the page answers: nothing may be lost
        page.keyboard.press("Alt+ArrowUp")
    expect(names.nth(1)).to_have_text("Dropout", timeout=LONG)
    page.keyboard.press("d")
    expect(heads).to_have_count(9, timeout=LONG)
    page.keyboard.press("o")
    expect(page.locator(".card.off")).to_have_count(1, timeout=LONG)
    page.keyboard.press("Delete")
    expect(heads).to_have_count(8, timeout=LONG)
    for _ in range(8):
        page.keyboard.press("Control+z")
    expect(names.nth(6)).to_have_text("Dropout", timeout=LONG)
    expect(page.locator('[data-focus="undo"]')).to_be_disabled()
    page.keyboard.press("Enter")
    expect(page.locator(".card.open")).to_have_count(1)
    assert not dashboard.complaints
    dashboard.close(page)


@pytest.mark.slow
def test_a_card_is_dragged_into_a_branch(dashboard):
    page = dashboard.open("/model?lang=en&for=shapes", height=1600)
    expect(page.locator(".card")).to_have_count(8, timeout=LONG)
    page.get_by_role("button", name="Start from").click()
    page.get_by_role("button", name="residual", exact=True).click()
    page.keyboard.press("Escape")
    shortcut = page.locator(".inner", has=page.get_by_text("Shortcut", exact=True)).first
    expect(shortcut.locator(".card")).to_have_count(0, timeout=LONG)
    norm = page.locator(".me > .row > [role=list] > [role=listitem] > .card").nth(1)
    expect(norm).to_contain_text("BatchNorm")
    from_box, to_box = norm.locator(".grip").bounding_box(), shortcut.locator(".gap").first.bounding_box()
    page.mouse.move(from_box["x"] + 5, from_box["y"] + 5)
    page.mouse.down()
    page.mouse.move(from_box["x"] + 15, from_box["y"] + 25, steps=4)
    page.mouse.move(to_box["x"] + to_box["width"] / 2, to_box["y"] + to_box["height"] / 2, steps=8)
    page.mouse.up()
    expect(shortcut.locator(".card")).to_have_count(1, timeout=LONG)
    expect(page.locator(".me > .row > [role=list] > [role=listitem] > .card")).to_have_count(8)
    assert not dashboard.complaints
    dashboard.close(page)


@pytest.mark.slow
def test_it_fits_on_a_phone(dashboard):
    page = dashboard.open("/model?lang=ko&view=code", width=400, height=800, color_scheme="dark")
    expect(page.locator(".card")).to_have_count(8, timeout=LONG)
    page.locator(".me .head").first.click()
    expect(page.locator(".card.open .form")).to_be_visible()
    expect(page.locator(".mc .line").first).to_be_visible(timeout=LONG)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    wide = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter(e => e.shadowRoot).flatMap(e => [...e.shadowRoot.querySelectorAll('.card, .line, .menu, .advice')])
               .filter(e => e.getBoundingClientRect().right > 401).length"""
    )
    assert wide == 0
    assert not dashboard.complaints
    dashboard.close(page)
