"""The real dashboard in a process of its own, with real workers, looked at by Chromium."""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest
from PIL import Image

playwright = pytest.importorskip("playwright.sync_api")
playwright.expect.set_options(timeout=30_000)  # milliseconds; a busy machine fetches the parts of a page late

DRAWN = re.compile("js-plotly-plot")
"""A class of every chart that Plotly has drawn; before it, a chart's place is there without its data."""

LIVE = "[class*=st-key-chart-] .clsf-chart:not(.st-key-example_training *)"
"""The charts of a run on Train; not the doctor's, which come and go, nor the recorded example's, which still stand for a moment."""

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip


class Pages:
    """The browser's pages, each in a session of its own; one that was closed is opened again, emptied, when a like one is asked for.

    A page that has shown the dashboard before loads it with less than half of the processor's time: it keeps the compiled scripts.
    """

    def __init__(self, browser: object) -> None:
        self.browser = browser
        self._kinds: dict[object, str] = {}  # page -> how its session was made
        self._closed: dict[str, list[object]] = {}

    def open(self, **session: object) -> object:
        """Return an empty page in a session without cookies and stored values, made by Playwright's `new_context(**session)`."""
        kind = repr(sorted(session.items()))
        if self._closed.get(kind):
            page = self._closed[kind].pop()
            page.set_viewport_size(session["viewport"])
            return page
        page = self.browser.new_context(**session).new_page()
        self._kinds[page] = kind
        return page

    def close(self, page: object) -> None:
        """Close a page; one whose session has been changed (offline, scripts, listeners) ends by `page.context.close()` instead."""
        page.mouse.move(0, 0)
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.goto("about:blank")
        page.context.clear_cookies()
        self._closed.setdefault(self._kinds[page], []).append(page)

    def end_open(self) -> None:
        """End the sessions that are still open."""
        closed = {page.context for pages in self._closed.values() for page in pages}
        for context in self.browser.contexts:
            if context not in closed:
                context.close()


@dataclass
class Dashboard:
    """A running server and the Chromium that looks at it; `complaints` is what a console of it said and should not."""

    address: str
    pid: int
    pages: Pages
    home: Path  # its folder: runs, and data/ with the images
    complaints: list[str] = field(default_factory=list)

    @property
    def browser(self) -> object:
        return self.pages.browser

    def open(self, path: str, width: int = 1280, height: int = 900, cookies: Sequence[dict] = (), **context: object) -> object:
        """Open a page in a browser session of its own and wait until its title is there."""
        page = self.pages.open(viewport={"width": width, "height": height}, **context)
        page.context.add_cookies(cookies)
        page.on("pageerror", self._hear_error)
        page.on("console", self._hear)
        page.goto(self.address + path)
        page.locator("h1").first.wait_for(timeout=60_000)
        return page

    def close(self, page: object) -> None:
        """Close a page that `open` returned; see `Pages.close`."""
        page.remove_listener("pageerror", self._hear_error)
        page.remove_listener("console", self._hear)
        self.pages.close(page)

    def _hear_error(self, error: object) -> None:
        self.complaints.append(str(error))

    def _hear(self, message: object) -> None:
        place = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error":
            self.complaints.append(place)


def chromium_path() -> str | None:
    """Return the installed Chromium; None leaves it to Playwright, which may have brought its own."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as running:
        try:
            started = running.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        except playwright.Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no Chromium: {error}")
        yield started
        started.close()


@pytest.fixture(scope="session")
def pages(browser: object) -> Pages:
    return Pages(browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Tell what each page showed when a test failed, and what its server wrote last: it may not fail again."""
    report = yield
    found = getattr(item, "funcargs", {}).get("dashboard")
    if report.failed and isinstance(found, Dashboard):
        for page in (page for context in found.browser.contexts for page in context.pages if page.url != "about:blank"):
            with suppress(playwright.Error):
                report.sections.append((f"What {page.url} showed", page.inner_text("body", timeout=5_000)[:4_000]))
        with suppress(OSError):
            report.sections.append(("What the server wrote last", (found.home / "log.txt").read_text()[-4_000:]))
    return report


class Servers:
    """The server of the moment: one for all modules, as long as nothing spoils it."""

    def __init__(self, pages: Pages, make_folder: Callable[[str], Path]) -> None:
        self._pages, self._make_folder = pages, make_folder
        self._current = ExitStack()
        self._found: Dashboard | None = None

    def current(self) -> Dashboard:
        """Return the running server; start one if there is none."""
        if self._found is None:
            self._found = self._current.enter_context(_served(self._pages, self._make_folder("home")))
        return self._found

    def end(self) -> None:
        """End the running server, if there is one."""
        self._found = None
        self._current.close()


@pytest.fixture(scope="session")
def servers(pages: Pages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    found = Servers(pages, tmp_path_factory.mktemp)
    yield found
    found.end()


@pytest.fixture(scope="module")
def dashboard(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Dashboard]:
    """A running server, which the modules share: its workers take seconds to import their frameworks.

    A module with `COLD_SERVER = True` begins with one that nobody has asked for a page yet. After one with `SPOILS_SERVER = True`,
    and after one in which a test failed (a training of it may still be waiting), the next gets another.
    """
    if getattr(request.module, "COLD_SERVER", False):
        servers.end()
    failed = request.session.testsfailed
    found = servers.current()
    found.complaints.clear()
    yield found
    found.pages.end_open()
    if getattr(request.module, "SPOILS_SERVER", False) or request.session.testsfailed > failed:
        servers.end()


@contextmanager
def _served(pages: Pages, home: Path) -> Iterator[Dashboard]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ("--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1")
    with (home / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options],
            cwd=ROOT,
            env={**os.environ, "CLSF_HOME": str(home), "CLSF_DATA": str(home / "data")},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}", server)
        yield Dashboard(f"http://127.0.0.1:{port}", server.pid, pages, home)
    finally:
        server.terminate()
        server.wait(30)


def _wait_until_healthy(address: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            with urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(address)


@pytest.fixture
def photos(tmp_path):
    """Twenty pictures per class that a network can tell apart: bright above or bright below."""
    path = tmp_path / "photos.zip"
    random = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in (("day", slice(0, 12)), ("night", slice(12, 24))):
            for k in range(20):
                pixels = random.integers(0, 90, (24, 24, 3), np.uint8)
                pixels[rows] += 150
                file = io.BytesIO()
                Image.fromarray(pixels).save(file, "PNG")
                archive.writestr(f"my photos/{name}/{k}.png", file.getvalue())
    return path


def upload(page: object, photos: Path) -> None:
    """Give the photos to the part "Own images" of the Data page, and have them read."""
    page.locator("input[type=file]").set_input_files(photos)
    name = page.get_by_role("textbox", name="Name of the data set")
    name.fill("Day and night")
    name.press("Tab")
    page.get_by_role("button", name="Read the images").click(timeout=90_000)  # which waits until it may be pressed
    page.get_by_role("button", name="Import the images").click(timeout=90_000)  # once it is shown how they are read


def train(page: object, timeout: int = 300_000) -> str:
    """Press "Start training", wait until all that were started are over, and return the id in the link.

    The result is waited for before the button "Stop" is gone: the moment after the start there is no such button either.
    """
    expect = playwright.expect
    start, stop = (page.get_by_role("button", name=name, exact=True) for name in ("Start training", "Stop"))
    expect(start).to_be_enabled(timeout=timeout)
    start.click()
    expect(page).to_have_url(re.compile("run="), timeout=timeout)
    expect(page.get_by_text("Result", exact=True)).to_be_visible(timeout=timeout)
    expect(stop).to_have_count(0, timeout=timeout)
    return re.search(r"run=([\w-]+)", page.url)[1]
