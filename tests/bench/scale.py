"""How cost grows: with images, parameters, runs in the history, points in a chart, and sessions."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from clsf.bench.rows import Measurement, Target, row
from clsf.charts.points import thinned
from clsf.model.layers import Conv2D, Dense, Flatten, MaxPool2D
from clsf.model.spec import ModelSpec
from clsf.plan import Plan
from clsf.runs.record import RunRecord
from clsf.runs.store import RunStore
from tests.bench.load import Server
from tests.bench.streamlit_client import Session

IMAGES = (1_000, 5_000, 50_000)
WIDTHS = {10**4: 13, 10**5: 128, 10**6: 1_284, 10**7: 12_837}  # parameters, about -> units of the Dense layer
RUNS = (10, 1_000, 10_000)
POINTS = (100, 10_000, 1_000_000)
SESSIONS = (1, 10, 50)
SENT = 1_000  # points of a trace, at most
HISTORY = Target(1.0, "most")


def rows(wanted: str, repeats: int) -> Iterator[Measurement]:
    """Measure what is wanted."""
    for count in POINTS:
        if wanted in f"scale/points-{count}":
            yield from _points(count, repeats)
    for count in RUNS:
        if wanted in f"scale/runs-{count}/list":
            yield row(f"scale/runs-{count}/list", _history(count, repeats), "s", HISTORY)
    for count in IMAGES:
        if wanted in f"scale/images-{count}/epoch":
            yield row(f"scale/images-{count}/epoch", _epochs(count), "s")
    for count, width in WIDTHS.items():
        if wanted in f"scale/parameters-{count}/step":
            yield row(f"scale/parameters-{count}/step", _steps(width), "ms")
    for count in SESSIONS:
        if wanted in f"scale/sessions-{count}/page":
            yield row(f"scale/sessions-{count}/page", _sessions(count), "s")


def _points(count: int, repeats: int) -> Iterator[Measurement]:
    values = [0.5 + (i * 2654435761 % 1000) / 1e4 for i in range(count)]
    values[count // 3], values[count // 2] = 9.0, -9.0
    seconds, kept = [], []
    for _ in range(repeats):
        began = time.perf_counter()
        kept = thinned(values)
        seconds.append(1000 * (time.perf_counter() - began))
    assert {count // 3, count // 2} <= set(kept), "an extreme was lost"
    yield row(f"scale/points-{count}/thinned", seconds, "ms")
    yield row(f"scale/points-{count}/sent", [len(kept)], "points", Target(SENT, "most"))


def _history(count: int, repeats: int) -> list[float]:
    """Return the seconds to list the newest runs of an owner among so many."""
    spec, plan = ModelSpec("tiny", (Flatten(), Dense(10))), Plan("digits")
    with TemporaryDirectory() as folder:
        store = RunStore.open(folder)
        try:
            for number in range(count):
                store.create(RunRecord(f"r{number}", f"g{number}", "torch", spec, plan, float(number), f"owner{number % 20}"))
            seconds = []
            for _ in range(repeats):
                began = time.perf_counter()
                found = store.runs("owner3", 500)
                seconds.append(time.perf_counter() - began)
            assert len(found) == min(count // 20 + (count % 20 > 3), 500)
            return seconds
        finally:
            store.close()


def _worker(code: str) -> list[float]:
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


TRAIN = """
import json, time
import numpy as np
from clsf import backends
from clsf.backends.initial import initial_weights
from clsf.bench.loops import BenchCase
from clsf.data.images import Prepared
from clsf.model.spec import ModelSpec
from clsf.training import epoch_order
count, steps, spec = {count}, {steps}, ModelSpec.from_json(json.loads('''{spec}'''))
draw, plan = np.random.default_rng(0), BenchCase("torch", "tiny", "shapes", 32, "sgd").plan("native")
prepared = Prepared(draw.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8), draw.integers(0, 10, count), tuple("0123456789"),
                    np.arange(count), np.arange(32), np.zeros(3), np.full(3, 255.0))
analysis = spec.analyse((32, 32, 3))
built = backends.load("torch").build(spec, plan, prepared, initial_weights(analysis, "glorot", 0, "float32"))
order = [batch for batch in epoch_order(prepared, plan, 1) if len(batch) == 32]
order = order[:steps] if steps else order
built.train_steps(np.stack(order[:4]), 0)
took = []
for _ in range(3):
    began = time.perf_counter()
    for at in range(0, len(order), 16):
        built.train_steps(np.stack(order[at:at + 16]), 0)
    took.append((time.perf_counter() - began) / (len(order) if steps else 1))
print(json.dumps(took))
"""

SMALL = ModelSpec("small", (Conv2D(8, activation="relu"), MaxPool2D(4), Flatten(), Dense(10)))


def _epochs(count: int) -> list[float]:
    return _worker(TRAIN.format(count=count, steps=0, spec=json.dumps(SMALL.to_json())))


def _steps(width: int) -> list[float]:
    spec = ModelSpec("wide", (MaxPool2D(2), Flatten(), Dense(width, activation="relu"), Dense(10)))
    return [1000 * s for s in _worker(TRAIN.format(count=2000, steps=30, spec=json.dumps(spec.to_json())))]


def _sessions(count: int) -> list[float]:
    """Return the median seconds of a page's rerun while so many sessions do that at once, each a little later than the last."""
    with TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            return asyncio.run(_crowd(server, count))
        finally:
            server.process.terminate()
            server.process.wait(30)


async def _crowd(server: Server, count: int) -> list[float]:
    sessions = [Session(server.address, "train") for _ in range(count)]
    for session in sessions:
        await session.open()

    async def click(session: Session, number: int) -> float:
        await asyncio.sleep(10 * number / count)  # a class: each one clicks once in ten seconds
        return await session.rerun()

    medians = []
    for _ in range(3):
        medians.append(statistics.median(await asyncio.gather(*(click(s, n) for n, s in enumerate(sessions)))))
    for session in sessions:
        await session.close()
    return medians
