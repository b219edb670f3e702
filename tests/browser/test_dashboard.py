"""What a student does with the dashboard, from a cold server on. The tests share one server and run in order."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import LIVE, playwright
from tests.browser.said import sayer, whole

COLD_SERVER = True
expect = playwright.expect
LONG = 120_000  # milliseconds: workers step back for whatever else the machine does, and may still be importing
DRAWN = "(chart) => Math.max(0, ...(chart.data ?? []).flatMap((trace) => trace.x))"  # the last step
POINTS = f"() => [...document.querySelectorAll('{LIVE}')].map({DRAWN})"
RANGE = f"() => document.querySelector('{LIVE}').layout.xaxis.range.map((end) => Math.round(end * 1000))"


def points(page, charts: int = 2) -> list[int]:
    """Return the last step that each chart shows, once there are so many and all show one."""
    page.wait_for_function(
        f"(charts) => {{ const all = ({POINTS})(); return all.length >= charts && all.every((n) => n > 1) }}",
        arg=charts,
        timeout=LONG,
    )
    return page.evaluate(POINTS)


def wait_for_growth(page, before: list[int]) -> None:
    page.wait_for_function(f"([first]) => ({POINTS})()[0] > first", arg=before, timeout=LONG)


def menu(page, title: str):
    return page.locator("[data-testid=stSidebarNavLink]").filter(has_text=title)


def main(page):
    """Return the page without what Streamlit puts around it."""
    return page.get_by_test_id("stMain")


def start(page) -> None:
    page.get_by_role("button", name="Start training").click()


def no_sideways_scroll(page) -> bool:
    inner = "[...document.querySelectorAll('[data-testid=stMain]')]"
    return page.evaluate(
        f"() => document.documentElement.scrollWidth <= innerWidth && {inner}.every((e) => e.scrollWidth <= e.clientWidth + 1)"
    )


def test_a_deep_link_opens_on_a_cold_server(visit):
    page = visit("/train")
    expect(page.locator("h1")).to_have_text("Train", timeout=LONG)
    expect(menu(page, "Start")).to_be_visible(timeout=LONG)  # app.py's own menu, not the file names
    expect(menu(page, "Train")).to_have_attribute("href", re.compile("/train"))


@pytest.fixture
def visit(dashboard):
    """Return a function that opens a page, which is closed when the test ends, however it ends."""
    pages = []

    def opened(*args, **options):
        pages.append(dashboard.open(*args, **options))
        return pages[-1]

    yield opened
    for page in pages:
        dashboard.close(page)


@pytest.mark.slow
def test_a_verdict_that_comes_leaves_the_charts_as_they_are(visit):
    page = visit("/train?lang=en&epochs=8&learning_rate=0.000001&frameworks=torch")
    start(page)
    page.wait_for_function(f"() => document.querySelector('{LIVE}')?.data", timeout=LONG)
    page.evaluate(f"() => {{ document.querySelector('{LIVE}').dataset.mark = 'here' }}")
    expect(page.get_by_text("This looks wrong")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=LONG)
    assert page.locator(LIVE).first.get_attribute("data-mark") == "here"


@pytest.fixture(scope="module")
def running(dashboard):
    """A page on which a training that no test sees the end of runs in both frameworks at once."""
    page = dashboard.open("/train?epochs=1000&image_size=28&race=true")
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("1000")
    start(page)
    yield page
    dashboard.close(page)


def test_both_charts_grow_while_both_frameworks_train(running):
    seen = points(running)
    wait_for_growth(running, seen)
    for label in running.locator(LIVE).all():
        expect(label).to_have_attribute("aria-label", re.compile("TensorFlow: .*PyTorch: "), timeout=LONG)


def test_zoom_stays_while_the_numbers_grow(running):
    plot = running.locator(f"{LIVE} .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    running.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2)
    running.mouse.down()
    running.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2, steps=5)
    running.mouse.up()
    running.wait_for_function(f"() => ({RANGE})()[0] > 0", timeout=LONG)
    zoomed, before = running.evaluate(RANGE), points(running)
    wait_for_growth(running, before)
    assert running.evaluate(RANGE) == zoomed


def test_the_chart_is_the_same_one_all_the_time(running):
    running.evaluate(f"() => {{ document.querySelector('{LIVE}').dataset.mark = 'here' }}")
    wait_for_growth(running, points(running))
    assert running.locator(LIVE).first.get_attribute("data-mark") == "here"


def test_a_reload_finds_the_run_again(running):
    before = points(running)
    address = running.url
    assert "run=" in address
    running.reload()
    running.locator("h1").wait_for(timeout=LONG)
    assert points(running)[0] >= before[0] - 1
    assert running.url.split("run=")[1][:12] == address.split("run=")[1][:12]
    expect(running.get_by_role("spinbutton", name="Epochs")).to_have_value("1000")  # a choice, from the link


def test_pause_holds_and_resume_goes_on(running):
    running.get_by_role("button", name="Pause").click()
    expect(running.get_by_role("button", name="Resume")).to_be_visible(timeout=LONG)
    expect(running.get_by_text("paused").first).to_be_visible(timeout=LONG)
    running.get_by_role("button", name="Resume").click()
    wait_for_growth(running, points(running))


def test_another_page_and_back_keeps_choices_and_run(running):
    menu(running, "Start").click()
    expect(running.locator("h1")).to_have_text("One model, two frameworks", timeout=LONG)
    expect(running.get_by_text(re.compile("MB of memory")).first).to_be_visible(timeout=LONG)
    menu(running, "Train").click()
    expect(running.get_by_role("spinbutton", name="Epochs")).to_have_value("1000", timeout=LONG)
    points(running)


def test_language_can_be_switched_while_it_trains(running):
    running.get_by_text("한국어", exact=True).click()
    expect(running.locator("h1")).to_have_text(whole(sayer("ko")("Train")), timeout=LONG)
    assert "lang=ko" in running.url
    expect(running.get_by_text(sayer("ko")("Accuracy (higher is better)"))).to_be_visible(timeout=LONG)
    running.get_by_text("English", exact=True).click()
    expect(running.locator("h1")).to_have_text("Train", timeout=LONG)


def test_stop_ends_both(running):
    main(running).get_by_role("button", name="Stop").click()
    expect(running.get_by_text("Result", exact=True)).to_be_visible(timeout=LONG)
    expect(running.get_by_text("stopped", exact=True).first).to_be_visible(timeout=LONG)
    expect(main(running).get_by_role("button", name="Stop")).to_have_count(0, timeout=LONG)


def test_one_click_on_start_trains_both_and_train_shows_them(visit):
    page = visit("/")
    page.get_by_role("button", name="Train your first model").click()
    points(page, charts=1)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Train").click()
    expect(page.locator("h1")).to_have_text("Train", timeout=LONG)
    points(page)
    expect(page.get_by_text("Checked: same number of parameters")).to_be_visible(timeout=LONG)


@pytest.mark.parametrize("path", ["/", "/train", "/train?lang=ko"])
def test_nothing_scrolls_sideways_on_a_phone(visit, path):
    page = visit(path, width=400, height=800, has_touch=True, is_mobile=True)
    if "train" in path:
        page.get_by_role("button", name=sayer("ko" if "lang=ko" in path else "en")("Start training")).click()
        points(page)
    assert no_sideways_scroll(page)


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_language_follows_the_browser(visit, locale):
    page = visit("/train", locale=locale)
    expect(page.locator("h1")).to_have_text(whole(sayer(locale[:2])("Train")), timeout=LONG)


def test_an_unknown_run_is_a_sentence(visit):
    page = visit("/train?run=nobody")
    expect(page.get_by_text("There is no run nobody")).to_be_visible(timeout=LONG)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_the_menu_of_a_phone_closes_with_a_choice(visit):
    page = visit("/tensors", width=390, height=844)
    menu_of_phone = page.get_by_test_id("stSidebar")
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(menu(page, "Data")).to_be_in_viewport()
    menu(page, "Data").click()
    expect(page.locator("h1")).to_have_text("Data", timeout=LONG)
    expect(menu_of_phone).not_to_be_in_viewport()
    page.get_by_test_id("stExpandSidebarButton").click()  # and it opens again
    expect(menu(page, "Data")).to_be_in_viewport()


# The choice is made as soon as the menu is drawn, before any script of ours is there.
_QUICK = """
const press = (selector) => document.querySelector(selector)?.click();
const watch = setInterval(() => {
  if (!document.querySelector('[data-testid="stSidebarNavLink"][href$="/data"]')) return;
  clearInterval(watch);
  press('[data-testid="stExpandSidebarButton"]');
  setTimeout(() => press('[data-testid="stSidebarNavLink"][href$="/data"]'), 1);
}, 1);
"""


def test_the_menu_of_a_phone_closes_for_a_quick_reader_too(browser, dashboard):
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.add_init_script(_QUICK)
    page.goto(dashboard.address + "/tensors")
    expect(page.locator("h1")).to_have_text("Data", timeout=LONG)
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    page.context.close()


CUT = """() => [...document.querySelectorAll("[data-testid=stMain] [data-testid=stPageLink-NavLink] span")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow !== "visible").map((e) => e.innerText)"""


def test_titles_of_lessons_are_shown_whole(visit):
    page = visit("/?lang=en")
    expect(page.get_by_text("Build one under 50,000 parameters")).to_be_visible(timeout=LONG)
    assert page.evaluate(CUT) == []


@pytest.mark.slow
def test_the_menu_is_as_wide_for_everybody(visit):
    for path in (
        "/",
        "/tensors",
        "/data",
        "/",
        "/tensors",
        "/data",
    ):  # Streamlit's own width is 300, of which it sometimes knew
        expect(visit(path).get_by_test_id("stSidebar")).to_have_css("width", "224px", timeout=LONG)


def test_nothing_was_complained_about_in_the_console(dashboard):
    assert dashboard.complaints == []
