"""Whoever has a run's link, and knows the key of its images besides, gets no image, no name of them and no note of the owner.

What reaches the second browser is looked through as bytes: answers, messages, screenshots and a capsule.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import io
import json
import re
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import playwright, train

pytestmark = pytest.mark.slow

expect = playwright.expect
LONG = 120_000  # milliseconds: two processes may still be importing their frameworks
TITLE, NOTE, FILE = "Hidden garden Qx7", "Confided to nobody Wv3", "lilac-from-grandma"
SETTLED = "() => !document.querySelector('[data-testid=stStatusWidgetRunningIcon], [data-testid=stSpinner], [data-stale=true]')"
IMAGES = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff[\xe0\xe1\xdb]|RIFF....WEBP|GIF8[79]a", re.DOTALL)


def photographs(path: Path) -> Path:
    """Write images in a violet that nothing else of the dashboard has: above in one class, below in the other."""
    random = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for kind, rows in (("one", slice(0, 12)), ("two", slice(12, 24))):
            for number in range(20):
                pixels = np.full((24, 24, 3), (20, 160, 20), np.uint8)
                pixels[rows] = (235, 5, 235)
                pixels += random.integers(0, 10, pixels.shape, np.uint8)
                file = io.BytesIO()
                Image.fromarray(pixels).save(file, "PNG")
                archive.writestr(f"{kind}/{FILE}-{number}.png", file.getvalue())
    return path


def violet(pixels: np.ndarray) -> np.ndarray:
    return (pixels[..., 0] > 200) & (pixels[..., 1] < 45) & (pixels[..., 2] > 200)


def shows(image: bytes) -> bool:
    """Whether an encoded image has more of the violet than chance would give."""
    try:
        return int(violet(np.asarray(Image.open(io.BytesIO(image)).convert("RGB"))).sum()) > 40
    except (OSError, SyntaxError, ValueError):
        return False


def found(content: bytes, secrets: list[str], depth: int = 0) -> set[str]:
    """Return which secrets stand in bytes: words, "image" for violet pixels; in archives, in packed data and in base64, too."""
    seen = {secret for secret in secrets if secret.encode() in content or secret.replace(" ", "%20").encode() in content}
    seen |= {secret for secret in secrets if json.dumps(secret, ensure_ascii=True).encode() in content}
    if any(shows(content[match.start() :]) for match in IMAGES.finditer(content)):
        seen.add("image")
    if len(content) >= 3 * 12:  # pixels that nobody has packed
        for first in range(3):
            row = np.frombuffer(content[first : first + (len(content) - first) // 3 * 3], np.uint8).reshape(-1, 3)
            hits = violet(row).astype(np.int8)
            if len(hits) >= 12 and np.convolve(hits, np.ones(12, np.int8), "valid").max() >= 12:
                seen.add("image")
    if depth > 2:
        return seen
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                seen |= found(name.encode(), secrets, depth + 1) | found(archive.read(name), secrets, depth + 1)
    for match in re.finditer(rb"[A-Za-z0-9+/]{160,}={0,2}", content):
        try:
            inner = base64.b64decode(match.group() + b"=" * (-len(match.group()) % 4))
        except (binascii.Error, ValueError):
            continue
        seen |= found(inner, secrets, depth + 1)
        with contextlib.suppress(zlib.error):
            seen |= found(zlib.decompress(inner, 47), secrets, depth + 1)
    return seen


class Watched:
    """A browser session of its own, with all that the server sends to it."""

    def __init__(self, dashboard: object) -> None:
        self.dashboard = dashboard
        self.context = dashboard.browser.new_context(viewport={"width": 1280, "height": 2600})
        self.page = self.context.new_page()
        self.received: list[tuple[str, bytes]] = []
        self._answers: list = []
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._hear))
        self.page.on("response", lambda answer: self._answers.append(answer))

    def _hear(self, payload: bytes | str) -> None:
        self.received.append(("message", payload.encode() if isinstance(payload, str) else payload))

    def open(self, link: str) -> None:
        self.page.goto(self.dashboard.address + link)
        self.page.locator("h1").first.wait_for(timeout=LONG)
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_timeout(1200)
        self.page.wait_for_function(SETTLED, timeout=LONG)

    def leaks(self, secrets: list[str]) -> set[tuple[str, str]]:
        """Return (where, what) of all secrets that came since the last call."""
        for answer in self._answers:
            if answer.request.resource_type in ("image", "media", "fetch", "xhr", "document", "other"):
                try:
                    self.received.append((answer.url.removeprefix(self.dashboard.address), answer.body()))
                except playwright.Error:  # a page that was left, or one without a body
                    continue
        text = self.page.locator("body").inner_text() + self.page.title()
        self.received += [("screen", self.page.screenshot()), ("text", text.encode())]
        seen = {(where, what) for where, content in self.received for what in found(content, secrets)}
        self._answers, self.received = [], []
        return seen


@pytest.fixture(scope="module")
def shared(dashboard, tmp_path_factory):
    """The owner's session after a training with private images: (the session, key of the set, id of a run)."""
    owner = Watched(dashboard)
    page = owner.page
    owner.open("/data?lang=en&part_of_data=own")
    page.locator("input[type=file]").first.set_input_files(photographs(tmp_path_factory.mktemp("own") / "own.zip"))
    name = page.get_by_role("textbox", name="Name of the data set")
    name.fill(TITLE)
    name.press("Tab")
    page.get_by_role("button", name="Read the images").click(timeout=LONG)
    page.get_by_role("button", name="Import the images").click(timeout=LONG)
    expect(page).to_have_url(re.compile("data=[^&]*folder-[0-9a-f]+"), timeout=LONG)
    data = re.search(r"data=([^&]*folder-[0-9a-f]+)", page.url)[1]

    owner.open(f"/train?lang=en&data={data}&model=tiny&epochs=2")
    run = train(page)

    owner.open(f"/runs?lang=en&run={run}")
    page.get_by_text("Name, note and tags").click()
    page.get_by_role("textbox", name="Note").fill(NOTE)
    page.get_by_role("textbox", name="Note").press("Tab")
    page.get_by_role("button", name="Keep", exact=True).focus()
    page.keyboard.press("Enter")
    owner.settle()
    yield owner, data, run
    owner.context.close()


@pytest.fixture
def secrets(shared):
    return [TITLE, NOTE, FILE, shared[1]]


@pytest.fixture
def stranger(dashboard, shared):
    session = Watched(dashboard)
    yield session
    session.context.close()


def without_the_key(seen: set[tuple[str, str]], data: str) -> set[tuple[str, str]]:
    """Leave out the key of the set, where the stranger has typed it into the link himself."""
    return {(where, what) for where, what in seen if what != data}


def test_the_owner_sees_all_of_it(shared, secrets):
    """Else the other tests would find nothing because they look for nothing."""
    owner, data, run = shared
    owner.leaks(secrets)
    owner.open(f"/runs?lang=en&run={run}")
    owner.page.get_by_text("Name, note and tags").click()
    owner.settle()
    assert {TITLE, NOTE} <= {what for _, what in owner.leaks(secrets)}
    for link in (f"/data?lang=en&data={data}&part_of_data=look", f"/predict?lang=en&run={run}&predict=try&source=test"):
        owner.open(link)
        assert "image" in {what for _, what in owner.leaks(secrets)}, link


LINKS = (
    "/runs?run={run}",
    "/runs?run={run}&history_deleted=true&data={data}",
    "/train?run={run}",
    "/train?run={run}&data={data}",
    "/compare?run={run}",
    "/compare?run={run}&with={run}",
    *(f"/predict?run={{run}}&predict={part}" for part in ("evaluate", "inside", "home", "report")),
    *(f"/predict?run={{run}}&predict=try&source={source}" for source in ("draw", "test", "upload")),
    "/predict?run={run}&second={run}&predict=try&source=test&of_class=1&image_number=3",
    "/layers?run={run}&begin={run}:0",
    "/model?run={run}",
    "/experiments?run={run}&experiment={run}",
    "/home?run={run}",
)
WITH_ITS_KEY = (
    *(f"/data?data={{data}}&part_of_data={part}" for part in ("look", "numbers", "alike", "split", "leaks", "order", "vary", "labels", "own")),
    "/data?data={data}&part_of_data=look&image=3",
    "/train?data={data}&model=tiny",
    "/predict?run={run}&data={data}&predict=try&source=test",
    *(f"/compare?data={{data}}&compare={part}" for part in ("lockstep", "switches", "gap", "noise", "defaults")),
    "/layers?data={data}&picture=sample&number=3",
    "/layers?data={data}&picture=sample&begin={run}:0",
    "/model?for={data}",
    "/experiments?exp_data={data}&data={data}",
)  # fmt: skip


def test_a_link_shows_the_run_alone(stranger, shared, secrets):
    _, _, run = shared
    leaks = {}
    for link in LINKS[:1] + LINKS[2:3] + LINKS[4:]:
        stranger.open(link.format(run=run) + "&lang=en")
        if seen := stranger.leaks(secrets):
            leaks[link] = seen
    assert not leaks


def test_the_key_of_the_images_opens_nothing(stranger, shared, secrets):
    _, data, run = shared
    leaks = {}
    for link in (LINKS[1], LINKS[3], *WITH_ITS_KEY):
        stranger.open(link.format(run=run, data=data) + "&lang=en")
        if seen := without_the_key(stranger.leaks(secrets), data):
            leaks[link] = seen
    assert not leaks


def test_a_capsule_that_claims_the_images_gets_none(stranger, shared, secrets, tmp_path):
    """The stranger writes the key of the set into the plan of a capsule of his own, which is then one of his runs."""
    _, data, run = shared
    page = stranger.page
    stranger.open(f"/predict?run={run}&predict=home&lang=en")
    with page.expect_download(timeout=LONG) as saved:
        page.get_by_role("button", name="Capsule").first.click()
    stranger.received.append(("capsule", saved.value.path().read_bytes()))
    crafted = tmp_path / "crafted.clsf.zip"
    with zipfile.ZipFile(saved.value.path()) as old, zipfile.ZipFile(crafted, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if b'"plan"' in content and name.endswith(".json"):
                about = json.loads(content)
                if "plan" in about:
                    about["plan"]["data"] = data
                    content = json.dumps(about).encode()
            new.writestr(name, content)
    assert not stranger.leaks(secrets)

    stranger.open("/runs?lang=en")
    page.get_by_role("button", name="Open a capsule").click()
    page.locator("input[type=file]").set_input_files(crafted)
    put = page.get_by_role("button", name="Put it among my runs")
    expect(put).to_be_enabled(timeout=LONG)
    put.click()
    expect(page.get_by_text("The run of the capsule is now among yours.")).to_be_visible(timeout=LONG)
    assert not without_the_key(stranger.leaks(secrets), data)
    for link in (
        *(f"/predict?predict={part}" for part in ("evaluate", "inside", "report")),
        "/predict?predict=try&source=test",
        "/runs?",
    ):
        stranger.open(f"{link}&lang=en".replace("?&", "?"))
        assert not without_the_key(stranger.leaks(secrets), data), link
