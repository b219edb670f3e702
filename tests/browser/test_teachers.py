"""For teachers, in both languages: an assignment is built, opened, worked on and handed in; handouts are printed and their pages counted."""

from __future__ import annotations

import pytest

from clsf.course import path
from clsf.teaching import guide, handin, handout, seal
from clsf.teaching.assignment import Assignment
from clsf.ui.shared.text import catalogue
from tests.browser.axe import settle
from tests.browser.conftest import playwright
from tests.browser.test_report_print import printed

expect = playwright.expect
CODE = "import torch\n\nx = torch.zeros((32, 28, 28, 1))\nlayer = torch.nn.Conv2d(1, 32, 3)\nprint(layer(x).shape)"  # as long as most programs are
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("lang", path.LANGUAGES)
def test_an_assignment_goes_from_the_teacher_to_the_student_and_back(dashboard, lang):
    said = catalogue(lang).gettext
    page = dashboard.open(f"/teachers?lang={lang}")
    page.get_by_role("textbox", name=said("Title"), exact=True).fill("Week 3 <b>x</b>")
    page.get_by_role("textbox", name=said("A page to work on"), exact=True).fill(
        f"{dashboard.address}/train?data=digits&epochs=3"
    )
    page.keyboard.press("Tab")
    page.get_by_role("combobox", name=said("Locked controls")).click()
    page.get_by_role("option", name=said("epochs")).click()
    page.keyboard.press("Escape")
    link = page.locator("code", has_text="task=").first
    expect(link).to_be_visible()
    settle(page)
    address = link.inner_text()
    expect(page.locator("[data-testid=stImage] img, [data-testid=stImage] svg").first).to_be_visible()

    student = dashboard.open(address.removeprefix(dashboard.address) + f"&lang={lang}")
    expect(student.locator("h1")).to_have_text("Week 3 <b>x</b>")
    expect(student.get_by_text(said("Locked: {names}").format(names=said("epochs")))).to_be_visible()
    student.get_by_role("button", name=said("Open the page {page}").format(page=said("Train"))).click()
    expect(student.locator(".st-key-assignment_bar")).to_be_visible()
    epochs = student.locator(".st-key-epochs")
    expect(epochs.locator("input")).to_have_value("3")
    student.wait_for_function("() => document.querySelector('.st-key-epochs').inert")
    student.get_by_role("link", name=said("To the assignment")).click()
    student.get_by_role("textbox", name=said("Your name"), exact=True).fill("민지")
    student.keyboard.press("Tab")
    save = student.get_by_role("button", name=said("Save the file"))
    expect(save).to_be_enabled()
    with student.expect_download() as download:
        save.click()
    found = handin.read(download.value.path().read_bytes(), seal.secret(dashboard.home))
    assert (found.name, found.sealed, found.assignment.locked) == ("민지", True, ("epochs",))
    assert not dashboard.complaints


@pytest.mark.parametrize("lang", path.LANGUAGES)
def test_every_lesson_prints_to_two_pages_and_its_answers_to_a_page_of_their_own(browser, lang):
    for lesson in path.path(lang).lessons:
        assert printed(browser, handout.lesson_page(lesson, lang, str)) <= 2, lesson.name
        sheet = handout.worksheet(lesson, lang, str, lambda block: "430102", lambda block: CODE)
        questions = printed(browser, sheet.partition('<div class="key">')[0])
        assert questions <= 2, lesson.name
        assert printed(browser, sheet) == questions + 1, lesson.name
    assert printed(browser, handout.text_page("Guide", lang, guide.whole(lang))) <= 8


def test_the_menu_is_not_printed(dashboard):
    task = Assignment("Print", lessons=("neighbours",))
    page = dashboard.open(f"/assignment?lang=en&task={task.packed()}")
    page.emulate_media(media="print")
    expect(page.locator("[data-testid=stSidebar]")).to_be_hidden()
