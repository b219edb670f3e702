"""What a first visit costs: the bytes that come over the wire, file by file, and when the page can be used on a slow machine and line.

    python -m tests.bench.visit [PAGE]

prints a table of one page, "" for Start. Needs Chromium; the dashboard is started here and has been visited once.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.load import Server
from tests.bench.streamlit_client import Session
from tests.browser.conftest import FLAGS, chromium_path

LISTED, REPEATS = 20, 3
SLOWER = 4  # times, of the processor
LINE = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}  # 10 Mbit/s, 40 ms
USABLE = {"": ".st-key-first button", "train": ".st-key-train button"}
"""Page -> what can be pressed once it is there; the heading where a page has no such thing."""


def weight(browser: object, address: str, page: str | None = "") -> Counter:
    """Return file -> bytes that came over the wire for a browser that was never here, headers counted. None: the only page there is."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Network.enable")
    names: dict[str, str] = {}
    found: Counter = Counter()
    session.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: found.update({_file(names.get(event["requestId"], "")): int(event["encodedDataLength"])}),
    )
    session.on(
        "Network.webSocketFrameReceived",
        lambda event: found.update({"what the page says": len(event["response"]["payloadData"]) * 3 // 4}),  # base64
    )
    _open(tab, address, page)
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(3000)  # what is fetched beforehand, for later
    context.close()
    return found


def interactive(browser: object, address: str, page: str | None = "") -> float:
    """Return the seconds until the page can be used by a browser that was never here, with a slow processor and line."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    began = time.perf_counter()
    _open(tab, address, page)
    seconds = time.perf_counter() - began
    context.close()
    return seconds


def _open(tab: object, address: str, page: str | None) -> None:
    tab.goto(f"{address}/{page or ''}?lang=en", wait_until="commit")
    tab.locator(USABLE.get(page, "h1")).first.wait_for(timeout=120_000)


def _file(url: str) -> str:
    """Return the name of a file, without the mark of its content."""
    return re.sub(r"[.-][\w-]{8}(?=\.(js|css|woff2)$)", "", url.split("?")[0].rsplit("/", 1)[-1]) or "the document"


def main(page: str) -> None:
    """Print the table of a page, and beneath it the same of a page of Streamlit's with a title alone."""
    from playwright.sync_api import sync_playwright

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        ours, stock = stack.enter_context(_served(Server(folder))), stack.enter_context(_stock(folder))
        asyncio.run(_once(ours, page))
        running = sync_playwright().start()
        browser = running.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        found = weight(browser, ours, page)
        for name, size in found.most_common(LISTED):
            print(f"{size / 1000:9,.0f} kB  {name}")
        print(
            f"{sum(found.values()) / 1000:9,.0f} kB  in all; of a page with a title alone {_sum(weight(browser, stock, None)):,.0f} kB"
        )
        seconds = [(interactive(browser, ours, page), interactive(browser, stock, None)) for _ in range(REPEATS)]
        mine, least = (statistics.median(column) for column in zip(*seconds, strict=True))
        print(
            f"{mine:9.1f} s   until it can be used, with a processor {SLOWER} times slower and 10 Mbit/s; a title alone {least:.1f} s"
        )
        browser.close()
        running.stop()


def _sum(found: Counter) -> float:
    return sum(found.values()) / 1000


@contextmanager
def _served(server: Server) -> Iterator[str]:
    try:
        yield server.address
    finally:
        server.process.terminate()
        server.process.wait(30)


@contextmanager
def _stock(folder: Path) -> Iterator[str]:
    """A page of Streamlit's with a title alone: the least that any page takes."""
    (folder / "stock.py").write_text('import streamlit as st\n\nst.title("One title")\n')
    with _served(Server(folder / "stock", app=folder / "stock.py")) as address:
        yield address


async def _once(address: str, page: str) -> None:
    session = Session(address, page)
    await session.open()
    await session.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
