"""Names that were made to do harm: of classes, files, models, runs. In a real browser nothing of them is more than text."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import playwright, train

pytestmark = pytest.mark.slow

expect = playwright.expect
LONG = 300_000  # milliseconds: other tests may be training beside it
SCRIPT = "<img src=x onerror=alert(1)>"
MARKDOWN = "[x](javascript:alert(2)) :material/delete: $x^2$ **b**"
MATHS = "$x^2$ <svg onload=alert(3)>"


def archive(tmp_path):
    """Images of three classes whose names are made to do harm (a name can't hold a slash, for it is a folder's)."""
    rng = np.random.default_rng(0)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as file:
        for place, name in enumerate((SCRIPT, MARKDOWN, MATHS)):
            for number in range(20):
                picture = io.BytesIO()
                Image.fromarray(rng.integers(80 * place, 80 * place + 40, (16, 16, 3), dtype=np.uint8)).save(picture, "PNG")
                file.writestr(f"{name}/{SCRIPT}{number}.png", picture.getvalue())
    return path


def watched(dashboard, link, **options):
    """Open a page on which every dialog, and every request for the picture that no name may ask for, is noted."""
    page = dashboard.open(link, **options)
    page.alarms = []
    page.on("dialog", lambda dialog: (page.alarms.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: page.alarms.append(request.url) if re.search(r"/x$", request.url) else None)
    return page


def harmless(page):
    """Nothing ran, and none of it became an element."""
    page.wait_for_timeout(500)
    assert page.alarms == []
    assert page.locator("img[onerror], svg[onload], img[src=x]").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator("[data-testid=stException]").count() == 0


def test_hostile_names_of_classes_and_files_stay_text_from_the_upload_to_the_prediction(dashboard, tmp_path):
    page = watched(dashboard, "/data?lang=en&part_of_data=own", height=1400)
    page.locator("input[type=file]").first.set_input_files(archive(tmp_path))
    name = page.get_by_role("textbox", name="Name of the data set")
    expect(name).to_be_visible(timeout=LONG)
    name.fill(SCRIPT + MARKDOWN[:20])
    name.press("Tab")
    read = page.get_by_role("button", name="Read the images")
    expect(read).to_be_enabled(timeout=LONG)
    read.click()
    page.get_by_role("button", name="Import the images").click(timeout=LONG)
    harmless(page)
    expect(page).to_have_url(re.compile("data=folder-[0-9a-f]{24}"), timeout=LONG)
    expect(page.get_by_text("is ready").first).to_be_visible(timeout=LONG)
    harmless(page)
    data = re.search(r"data=(folder-[0-9a-f]{24})", page.url)[1]
    for part in ("look", "labels", "numbers", "split", "order", "vary", "alike", "leaks"):
        page.goto(f"{dashboard.address}/data?lang=en&data={data}&part_of_data={part}")
        page.locator("h1").first.wait_for(timeout=LONG)
        harmless(page)

    page.goto(f"{dashboard.address}/train?lang=en&data={data}&model=tiny&epochs=2")
    run = train(page)
    harmless(page)
    for link in (
        f"/predict?lang=en&run={run}",
        f"/runs?lang=en&run={run}",
        "/runs?lang=en",
        f"/layers?lang=en&data={data}",
        f"/compare?lang=en&data={data}",
    ):
        page.goto(dashboard.address + link)
        page.locator("h1").first.wait_for(timeout=LONG)
        page.wait_for_timeout(1500)
        harmless(page)
    page.context.close()


def test_hostile_names_of_models_and_of_what_a_link_holds(dashboard):
    from clsf.model import edit_link, presets

    spec = presets.preset("tiny", 10).to_json() | {"name": (SCRIPT + MARKDOWN)[:60]}
    design = edit_link.to_link(edit_link.from_data(spec, (28, 28, 1)))
    assert json.dumps(spec)
    page = watched(dashboard, f"/model?lang=en&design={design}")
    for view in ("diagram", "code", "table", "volumes"):
        page.goto(f"{dashboard.address}/model?lang=en&design={design}&view={view}")
        page.locator("h1").first.wait_for(timeout=LONG)
        harmless(page)
    for path in ("train", "predict", "runs", "experiments", "compare", "layers", "data", "tensors"):
        page.goto(f"{dashboard.address}/{path}?run={SCRIPT}&data={SCRIPT}&model={MATHS}&experiment={SCRIPT}&lang=en")
        page.locator("h1").first.wait_for(timeout=LONG)
        harmless(page)
    page.context.close()


def test_a_browser_that_was_offline_shows_what_went_on_meanwhile(dashboard):
    """As a laptop that was shut: the page comes back by itself, with its run and its buttons."""
    page = dashboard.open("/train?lang=en&data=digits&model=tiny&epochs=400")
    page.get_by_role("button", name="Start training").click()
    expect(page).to_have_url(re.compile("run="), timeout=LONG)
    expect(page.get_by_role("button", name="Pause")).to_be_enabled(timeout=LONG)
    page.context.set_offline(True)
    page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    time.sleep(8)
    page.context.set_offline(False)
    page.reload()  # what a browser does with a page that it had put aside
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile(r"Step \d+ of")).first).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0, timeout=LONG)
    page.context.close()
