"""Every page and section as axe-core sees it, wide and light; and what the pages ask of the network.

The walk of `test_phone.py` sees every page and section narrow, dark and in Korean.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from clsf.ui.shared.navigation import PAGES
from tests.browser.axe import settle, violations
from tests.browser.conftest import playwright

expect = playwright.expect
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LOOK = ("light", 1280)
OTHERS = [("dark", 1280), ("dark", 390), ("light", 390)]
"""How the first page is seen, too: what is special about dark and wide, and about light and narrow, is the menu of every page."""
SECTIONS = (
    "[data-testid=stMain] [data-testid=stButtonGroup]"  # the first is the choice of the section, where a page has sections
)


@pytest.fixture(scope="module")
def reader(dashboard):
    """A reader who has trained a model, and what the browser asked of other hosts."""
    page = dashboard.open("/train?epochs=1&model=tiny&seed=3")
    page.elsewhere = []
    page.on("request", lambda request: page.elsewhere.append(request.url) if _elsewhere(request.url, dashboard) else None)
    settle(page)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("Result", exact=True)).to_be_visible(timeout=400_000)
    yield page
    page.context.close()


def _elsewhere(address: str, dashboard: object) -> bool:
    return (
        urlsplit(address).scheme in ("http", "https", "ws", "wss")
        and urlsplit(address).netloc != urlsplit(dashboard.address).netloc
    )


def _sections(page: object):
    """Open one section after the other, and yield its name; a page without sections is one."""
    group = page.locator(SECTIONS).first
    count = group.get_by_role("radio").count() if group.count() else 0
    for number in range(count):
        button = page.locator(SECTIONS).first.get_by_role("radio").nth(number)
        button.click()
        page.wait_for_timeout(300)  # until the browser has asked
        settle(page)
        yield button.inner_text()
    if not count:
        yield ""


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_no_page_violates_an_accessibility_rule(dashboard, reader, name):
    where = "" if name == PAGES[0].name else name
    reader.goto(f"{dashboard.address}/{where}?lang=en")
    reader.locator("h1").first.wait_for(timeout=60_000)
    settle(reader)
    found: dict[str, list[str]] = {}
    for section in _sections(reader):
        for scheme, width in [LOOK] if where else [*OTHERS, LOOK]:  # the next page begins as this one ends
            reader.emulate_media(color_scheme=scheme)
            reader.set_viewport_size({"width": width, "height": 900})
            settle(reader)
            for line in violations(reader):
                found.setdefault(line, []).append(f"{section} {scheme} {width}")
    assert not found, "\n".join(f"{line}   ({', '.join(places[:4])})" for line, places in found.items())
    assert not reader.elsewhere, "asked of another host"
    assert not dashboard.complaints


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_an_opened_link_asks_only_our_own_host_and_finds_everything(dashboard, name):
    """With a browser that has nothing yet, so that every request is made."""
    context = dashboard.browser.new_context()
    page = context.new_page()
    elsewhere, failed, said = [], [], []
    page.on("request", lambda request: elsewhere.append(request.url) if _elsewhere(request.url, dashboard) else None)
    page.on("response", lambda response: failed.append(f"{response.status} {response.url}") if response.status >= 400 else None)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{dashboard.address}/{'' if name == PAGES[0].name else name}")
    page.locator("h1").first.wait_for(timeout=60_000)
    settle(page)
    icon = page.locator("link[rel~=icon]").first.get_attribute("href")
    context.close()
    assert (elsewhere, failed, said) == ([], [], [])
    assert icon.startswith("data:image/svg+xml;"), icon  # ours, within the page
