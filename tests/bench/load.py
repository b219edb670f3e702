"""A class at once on one machine: many sessions watch one live run, others train their own, and nothing is lost.

    python -m tests.bench.load --watchers 50 --trainers 20 --minutes 10

Prints what it measured beside what is aimed at, and exits with 1 if something was missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from clsf.engine.event_batcher import Tally
from tests.bench.streamlit_client import Session

ROOT = Path(__file__).parents[2]
CLICK_SECONDS = 10.0  # between two clicks of a watcher, in the middle
LIVE = ("paused", "queued", "preparing", "running")


class Server:
    """The dashboard in a process of its own."""

    def __init__(self, home: Path, app: Path = ROOT / "app.py", **environment: str) -> None:
        home.mkdir(exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.home = home
        self.log = home / "log.txt"
        options = ("--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1")
        environment = {**os.environ, "CLSF_HOME": str(home), "CLSF_DATA": str(home / "data"), "CLSF_LOG": "info", **environment}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", str(app), *options], cwd=ROOT, env=environment,
                stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urlopen(f"{self.address}/_stcore/health", timeout=2).close()
                return
            except (URLError, OSError):
                time.sleep(0.02)
        raise TimeoutError("the dashboard did not start")

    def rows(self, sql: str, *values: object) -> list[tuple]:
        try:
            with sqlite3.connect(f"file:{self.home / 'runs.sqlite'}?mode=ro", uri=True, timeout=5) as store:
                return store.execute(sql, values).fetchall()
        except sqlite3.OperationalError:
            return []


class Truth(threading.Thread):
    """Looks into the store ten times a second: when each step of the watched run was there; and how much memory the app has."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server, self.run_id = server, ""
        self.steps: list[tuple[float, int]] = []  # when, step
        self.memory: list[tuple[float, float]] = []  # when, MB
        self.over = False

    def run(self) -> None:
        app, seen = psutil.Process(self.server.process.pid), -1
        while not self.over:
            now = time.monotonic()
            if self.run_id:
                rows = self.server.rows(
                    "SELECT number, body FROM events WHERE run_id = ? AND number > ? ORDER BY number", self.run_id, seen
                )
                for number, body in rows:
                    seen, event = number, json.loads(body)
                    if event["event"] == "batches_ended":
                        self.steps.append((now, event["step"] + len(event["losses"]) - 1))
            if len(self.memory) * 1.0 < now - START:
                self.memory.append((now - START, app.memory_info().rss / 1e6))
            time.sleep(0.1)


START = time.monotonic()


class Watcher:
    """One session that looks at the run, and clicks from time to time."""

    def __init__(self, server: Server, run_id: str) -> None:
        self.seen: list[tuple[float, float]] = []  # when, the furthest place that any curve reaches
        self.clicks: list[float] = []
        self.session = Session(server.address, "train", f"lang=en&run={run_id}", self._figure)

    def _figure(self, figure: dict) -> None:
        furthest = max((x for trace in figure["data"] for x in trace.get("x", ()) if isinstance(x, int | float)), default=0)
        if not self.seen or furthest > self.seen[-1][1]:
            self.seen.append((time.monotonic(), furthest))

    async def run(self, until: float) -> None:
        self.clicks.append(await self.session.open())
        while time.monotonic() < until:
            await asyncio.sleep(random.uniform(0.5, 1.5) * CLICK_SECONDS)
            self.clicks.append(await self.session.rerun())
        await self.session.close()


def lags(watcher: Watcher, truth: list[tuple[float, int]]) -> list[float]:
    """Return for each step that was new in the store how long after it the watcher saw something as new, in seconds."""
    found, at = [], 0
    for when, step in truth:
        while at < len(watcher.seen) and watcher.seen[at][1] < step:
            at += 1
        if at == len(watcher.seen):
            break
        if when >= watcher.seen[0][0]:
            found.append(max(watcher.seen[at][0] - when, 0.0))
    return found


async def load(
    server: Server, watchers: int, trainers: int, minutes: float, truth: Truth
) -> tuple[list[Watcher], list[Session]]:
    """Train one long run, have all look at it, and let others train."""
    first = Session(server.address, "train", "lang=en&data=shapes&epochs=1000&frameworks=PyTorch")
    await first.open()
    await first.rerun("train")
    truth.run_id = re.search(r"run=([\w-]+)", first.query_string).group(1)
    while not truth.steps:
        await asyncio.sleep(0.2)
    until = time.monotonic() + 60 * minutes
    people = [Watcher(server, truth.run_id) for _ in range(watchers)]
    sessions = [Session(server.address, "train", "lang=en&epochs=1") for _ in range(trainers)]

    async def train(session: Session) -> None:
        await asyncio.sleep(random.uniform(0, 30))
        await session.open()
        await session.rerun("train")

    await asyncio.gather(*(person.run(until) for person in people), *(train(session) for session in sessions))
    await first.rerun()
    await first.rerun("stop") if "stop" in first.buttons else None
    while server.rows(f"SELECT 1 FROM runs WHERE status IN ({','.join('?' * len(LIVE))})", *LIVE):  # noqa: S608
        await asyncio.sleep(0.5)
    for session in (first, *sessions):
        await session.close()
    return people, [first, *sessions]


def lost(server: Server) -> tuple[int, int]:
    """Return how many runs were delivered, and of how many the store holds other events than the worker counted and hashed."""
    told = dict(re.findall(r"run=(\S+) event=delivered tally=(\S+)", server.log.read_text()))
    wrong = 0
    for run_id, tally in told.items():
        own = Tally()
        for (body,) in server.rows("SELECT body FROM events WHERE run_id = ? ORDER BY number", run_id)[:-1]:
            own.add(body)
        wrong += str(own) != tally
    return len(told), wrong


def reason(server: Server, text: str) -> str:
    """Return what the server's log says of an error on a page, by the number that the page names."""
    number = re.search(r"\(number (\w+)\)", text)
    log = server.log.read_text()
    return log[log.find(number[1]) :][:4000] if number and number[1] in log else ""


def slope(points: list[tuple[float, float]]) -> float:
    """Return the growth per minute by least squares, over the second half, when everybody has come."""
    half = points[len(points) // 2 :]
    return 60 * statistics.linear_regression(*zip(*half, strict=True)).slope if len(half) > 2 else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--watchers", type=int, default=50)
    parser.add_argument("--trainers", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        truth = Truth(server)
        truth.start()
        try:
            people, sessions = asyncio.run(load(server, options.watchers, options.trainers, options.minutes, truth))
            truth.over = True
            delivered, wrong = lost(server)
            clicks = sorted(click for person in people for click in person.clicks)
            late = sorted(lag for person in people for lag in lags(person, truth.steps))
            memory = [mb for _, mb in truth.memory]
            errors = [text for s in (*(p.session for p in people), *sessions) for text in s.exceptions]
            reasons = [reason(server, text) for text in errors[:3]]
        finally:
            truth.over = True
            server.process.terminate()
            server.process.wait(30)
    rows = [
        ("page interactive, median", statistics.median(clicks), None, "s"),
        ("page interactive, 95th percentile", clicks[int(0.95 * (len(clicks) - 1))], 1.0, "s"),
        ("a new point is seen after, median", statistics.median(late), None, "s"),
        ("a new point is seen after, 99th percentile", late[int(0.99 * (len(late) - 1))], 2.0, "s"),
        ("memory of the app, most", max(memory), 500.0, "MB"),
        ("memory of the app, growth", slope(truth.memory), 5.0, "MB a minute"),
        ("runs whose stored events are not those that were sent", wrong, 0, f"of {delivered}"),
        ("errors on pages", len(errors), 0, ""),
    ]
    print(f"{options.watchers} watchers, {options.trainers} trainers, {options.minutes:g} minutes")
    missed = 0
    for name, value, target, unit in rows:
        met = target is None or value <= target
        missed += not met
        aim = "" if target is None else f"   aim: at most {target:g}   {'met' if met else 'MISSED'}"
        print(f"{name:58s} {value:8.3g} {unit}{aim}")
    for text, why in zip(errors, reasons, strict=False):
        print("  ", text[:300], why, sep="\n")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
