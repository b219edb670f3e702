"""A model of one's own photos is taken along as a capsule, and opened where the photos never were."""

from __future__ import annotations

import re
import shutil
import zipfile

import pytest

from tests.browser.conftest import playwright, train, upload

SPOILS_SERVER = True  # takes the folder of the images away under it
expect = playwright.expect
LONG = 300_000  # milliseconds: other tests may be training beside it


@pytest.fixture
def picture(photos, tmp_path):
    """One of the photos: bright above."""
    with zipfile.ZipFile(photos) as archive:
        (tmp_path / "day.png").write_bytes(archive.read("my photos/day/0.png"))
    return tmp_path / "day.png"


@pytest.mark.slow
def test_a_capsule_is_asked_on_a_computer_without_the_photos(dashboard, photos, picture, tmp_path):
    page = dashboard.open("/data?lang=en&part_of_data=own", height=1200)
    upload(page, photos)
    expect(page.get_by_text("“Day and night” is ready")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Train with it").click()
    page.locator("summary", has_text="Everything else").click(timeout=LONG)
    start = page.get_by_role("button", name="Start training")
    place = start.bounding_box()
    page.get_by_text("μ = 0, σ = 1").click()
    expect(page.get_by_text("Also: standardise")).to_be_visible(timeout=LONG)
    assert start.bounding_box() == place  # nothing jumps away from under the pointer
    run = train(page)
    expect(page.get_by_text("finished").first).to_be_visible(timeout=LONG)

    # Taken along from the Predict page: the capsule of the first of the two.
    page.goto(f"{dashboard.address}/predict?lang=en&predict=home&run={run}")
    with page.expect_download(timeout=LONG) as saved:
        page.get_by_role("button", name="Capsule").first.click(timeout=LONG)
    capsule = tmp_path / "run.clsf.zip"
    saved.value.save_as(capsule)
    dashboard.close(page)

    # A classmate's computer never had the photos.
    shutil.rmtree(dashboard.home / "data")
    page = dashboard.open("/runs?lang=en", height=1200)
    page.get_by_role("button", name="Open a capsule").click(timeout=LONG)
    page.locator("input[type=file]").set_input_files(capsule)
    put = page.get_by_role("button", name="Put it among my runs")
    expect(put).to_be_enabled(timeout=LONG)
    put.click()
    expect(page.get_by_text("The run of the capsule is now among yours.")).to_be_visible(timeout=LONG)
    page.keyboard.press("Escape")
    page.locator(".runs .name").first.click()
    page.get_by_role("button", name="Predict with it").click(timeout=LONG)
    expect(page.get_by_role("heading", name="Predict", exact=True)).to_be_visible(timeout=LONG)
    page.get_by_text("Upload", exact=True).click(timeout=LONG)
    page.locator("input[type=file]").set_input_files(picture)
    expect(page.locator(".pd-verdict b")).to_have_text("day", timeout=LONG)  # by its name, and scaled as in the training
    expect(page.get_by_text(re.compile("scaled to between [-−]"))).to_be_visible()
    assert page.locator("[data-testid=stException]").count() == 0
    assert not dashboard.complaints
    dashboard.close(page)
