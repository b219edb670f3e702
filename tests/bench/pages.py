"""How quick the dashboard is: its start, each page's reruns on the server, and in a browser the way from a click to a point."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from clsf import FRAMEWORKS
from clsf.bench.rows import Measurement, Target, row
from clsf.ui.shared.navigation import PAGES
from tests.bench.load import Server
from tests.bench.streamlit_client import Session

START, RERUN, RERUN_LATE, CLICK, LONG = (Target(value, "most") for value in (1.2, 150.0, 300.0, 2.0, 5.0))
BUSY = Target(400.0, "most")  # milliseconds of 95 of 100 clicks while both frameworks train
BUSY_PAGES = "layers", "model", "tensors"
RERUNS = 20  # of each page
FEW = 5  # repeats of what takes seconds
WATCHED_SECONDS = 60.0


def rows(wanted: str, repeats: int) -> Iterator[Measurement]:
    """Measure what is wanted."""
    if wanted in "app/start-to-first-page":
        yield row("app/start-to-first-page", [_start() for _ in range(min(repeats, FEW))], "s", START)
    pages = [p.name for p in PAGES if wanted in f"page/{p.name}/rerun" or wanted in f"page/{p.name}/rerun-95"]
    browser = [
        n
        for n in ("click-to-first-point", "updates-a-second", "long-tasks-a-minute", "heap-growth-a-minute")
        if wanted in f"browser/{n}"
    ]
    busy = [name for name in BUSY_PAGES if wanted in f"page/{name}/rerun-95-while-both-train"]
    if pages or browser or busy:
        with _served() as server:
            for name in pages:
                times = [1000 * t for t in asyncio.run(_reruns(server, name))]
                late = sorted(times)[int(0.95 * (len(times) - 1))]
                yield from (
                    r
                    for r in (
                        row(f"page/{name}/rerun", times, "ms", RERUN),
                        row(f"page/{name}/rerun-95", [late], "ms", RERUN_LATE),
                    )
                    if wanted in r.name
                )
            if busy:
                yield from asyncio.run(_while_both_train(server, busy))
            if browser:
                yield from (r for r in _browser(server, repeats) if wanted in r.name)


@contextlib.contextmanager
def _served() -> Iterator[Server]:
    """The dashboard with warm workers."""
    with TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            asyncio.run(_warm(server))
            yield server
        finally:
            server.process.terminate()
            server.process.wait(30)


async def _warm(server: Server) -> None:
    """Train once, so that everything that is loaded late is there."""
    session = Session(server.address, "train", "lang=en&epochs=1")
    await session.open()
    await session.rerun("train")
    while server.rows("SELECT 1 FROM runs WHERE status NOT IN ('finished', 'failed')") or not server.rows("SELECT 1 FROM runs"):
        await asyncio.sleep(0.3)
    await session.close()


def _start() -> float:
    """Return the seconds from the command until the first page was there, as a session sees it."""
    began = time.perf_counter()
    with TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            asyncio.run(_open_once(server))
            return time.perf_counter() - began
        finally:
            server.process.terminate()
            server.process.wait(30)


async def _open_once(server: Server) -> None:
    session = Session(server.address, "")
    await session.open()
    await session.close()


async def _reruns(server: Server, page: str) -> list[float]:
    """Return the seconds of whole reruns of a page, as after a click that changes nothing, once it was looked at."""
    session = Session(server.address, page)
    await session.open()
    for _ in range(3):
        await session.rerun()
        await asyncio.sleep(0.5)  # what the page asks workers for in the background
    times = [await session.rerun() for _ in range(RERUNS)]
    await session.close()
    return times


async def _while_both_train(server: Server, pages: list[str]) -> list[Measurement]:
    """Measure reruns of pages while a run of each framework trains, at the same time, and one session watches."""
    trainer = Session(server.address, "train", "lang=en&data=shapes&epochs=1000&race=true")
    await trainer.open()
    await trainer.rerun("train")
    while len(server.rows("SELECT 1 FROM runs WHERE status = 'running'")) < len(FRAMEWORKS):
        await asyncio.sleep(0.3)
    found = []
    for name in pages:
        times = sorted([1000 * t for t in await _reruns(server, name)])
        found.append(row(f"page/{name}/rerun-95-while-both-train", [times[int(0.95 * (len(times) - 1))]], "ms", BUSY))
    await trainer.rerun()
    await trainer.rerun("stop")
    while server.rows("SELECT 1 FROM runs WHERE status = 'running'"):
        await asyncio.sleep(0.3)
    await trainer.close()
    return found


COUNTERS = """
window.clsfLong = 0;
new PerformanceObserver(list => { window.clsfLong += list.getEntries().length; }).observe({ type: "longtask", buffered: true });
"""
FIRST_POINT = """() => [...document.querySelectorAll('.clsf-chart')].some(
    chart => (chart.data || []).some(trace => (trace.x || []).filter(x => x !== null).length > 0))"""
COUNT_UPDATES = """() => {
    window.clsfUpdates = 0;
    for (const chart of document.querySelectorAll('.clsf-chart')) chart.on('plotly_afterplot', () => { window.clsfUpdates += 1; });
    return document.querySelectorAll('.clsf-chart').length;
}"""


def _browser(server: Server, repeats: int) -> Iterator[Measurement]:
    """Measure in Chromium: several clicks, then one long look at two live charts."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS, chromium_path

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium_path(), args=[*FLAGS, "--enable-precise-memory-info"])
        yield row("browser/click-to-first-point", [_click(browser, server) for _ in range(min(repeats, FEW))], "s", CLICK)
        page = _train(browser, server, "data=shapes&epochs=1000&race=true")
        page.wait_for_function(FIRST_POINT, timeout=60_000)
        page.wait_for_timeout(5000)  # both have begun
        charts = page.evaluate(COUNT_UPDATES)
        long, heap = page.evaluate("window.clsfLong"), _heap(page)
        page.wait_for_timeout(1000 * WATCHED_SECONDS)
        minutes = WATCHED_SECONDS / 60
        updates = page.evaluate("window.clsfUpdates") / WATCHED_SECONDS / max(charts, 1)
        yield row("browser/updates-a-second", [updates], "of each chart")
        yield row("browser/long-tasks-a-minute", [(page.evaluate("window.clsfLong") - long) / minutes], "tasks", LONG)
        yield row("browser/heap-growth-a-minute", [(_heap(page) - heap) / minutes / 1e6], "MB")
        page.get_by_role("button", name="Stop").first.click()
        page.wait_for_timeout(2000)
        browser.close()


def _heap(page: object) -> int:
    """Return the bytes of live JavaScript objects."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used


def _train(browser: object, server: Server, query: str) -> object:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(COUNTERS)
    page.goto(f"{server.address}/train?lang=en&{query}")
    page.locator("h1").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)  # plotly.js is fetched beforehand, as for somebody who reads before he clicks
    page.get_by_role("button", name="Start training", exact=True).click()
    return page


def _click(browser: object, server: Server) -> float:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{server.address}/train?lang=en&epochs=1")
    page.locator("h1").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    button = page.get_by_role("button", name="Start training", exact=True)
    button.wait_for()
    began = time.perf_counter()
    button.click()
    page.wait_for_function(FIRST_POINT, timeout=60_000, polling=20)
    seconds = time.perf_counter() - began
    page.wait_for_timeout(6000)  # until both are done, so that the next one need not wait
    page.context.close()
    return seconds
