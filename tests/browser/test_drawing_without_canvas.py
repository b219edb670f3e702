"""The sheet to draw on, in a browser without a canvas: it says so, and nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "clsf" / "ui" / "shared" / "drawing"
SHOW = """async ([code, html, sentences]) => {
  const { default: show } = await import("data:text/javascript;charset=utf-8," + encodeURIComponent(code));
  document.body.innerHTML = html;
  const data = {side: 8, channels: 1, height: 300, live: true, sheet: "", pen: 8, drawing: "", colours: []};
  const words = {sheet: "", keys: "", undo: "Undo", clear: "", pen: "", down: "", up: "", at: "", emptied: "", colour: "", colours: {}};
  for (const none of sentences) show({data: [{...data, words: {...words, none}}], parentElement: document.body, setStateValue() {}});
}"""


@pytest.mark.parametrize("has", [False, True])
def test_the_sheet_says_that_there_is_no_canvas(browser, has):
    page, complaints = browser.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    if not has:
        page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto("about:blank")
    code, html = ((FOLDER / name).read_text("utf-8") for name in ("drawing.js", "drawing.html"))
    page.evaluate(SHOW, [code, html, ["No canvas here.", "여기에는 캔버스가 없습니다."]])  # the second time in another language
    assert complaints == []
    if has:
        assert page.locator("canvas").count() == 1
        assert page.get_by_role("alert").count() == 0
    else:
        assert page.locator("body").inner_text().strip() == "여기에는 캔버스가 없습니다."
        assert page.locator("canvas, button").count() == 0
    page.close()


@pytest.mark.parametrize("name", ["data/cloud", "data/pixels", "layers/window"])
def test_the_other_pictures_say_it_too(browser, name):
    page, complaints = browser.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto("about:blank")
    code, html = (
        Path(__file__).parents[2].joinpath("clsf", "ui", name).with_suffix(end).read_text("utf-8") for end in (".js", ".html")
    )
    page.evaluate(SHOW, [code, html, ["No canvas here.", "여기에는 캔버스가 없습니다."]])
    assert complaints == []
    assert page.locator("body").inner_text().strip() == "여기에는 캔버스가 없습니다."
    assert page.locator("canvas, button").count() == 0
    page.close()
