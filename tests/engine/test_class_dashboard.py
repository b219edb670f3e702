"""The real dashboard with real frameworks under a class: tabs, reloads, closed laptops, and a server that is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
import signal
import sqlite3
import time
import zipfile

import psutil
import pytest

from tests.bench.load import Server
from tests.bench.streamlit_client import Session, played
from tests.engine.conftest import alive, command
from tests.engine.test_processes import gone_within

pytestmark = pytest.mark.slow

ANN, BOB = "a" * 22, "b" * 22  # keys of two browsers
FORGOTTEN_SECONDS = 15  # until Streamlit drops a session; two minutes by default
GONE_SECONDS = 45
FIRST_SECONDS = 240  # until a new server trains: on a busy machine its workers need a minute to load
LONG = "lang=en&data=digits&model=tiny&epochs=1000&frameworks=PyTorch"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("home"), STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=str(FORGOTTEN_SECONDS))
    yield server
    server.process.terminate()
    server.process.wait(30)


async def begun(server, key=ANN, link=LONG) -> tuple[Session, str]:
    """Start a long training; return the session and the run's id as soon as it trains."""
    session = Session(server.address, "train", link, key=key)
    await session.open()
    await session.rerun("train")
    run_id = re.search(r"run=([\w-]+)", session.query_string).group(1)
    await until(lambda: steps(server, run_id) > 5, FIRST_SECONDS)
    return session, run_id


async def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.1)


def status(server, run_id):
    return server.rows("SELECT status FROM runs WHERE run_id = ?", run_id)[0][0]


def steps(server, run_id):
    return server.rows("SELECT COUNT(*) FROM events WHERE run_id = ?", run_id)[0][0]


async def end(server, run_id, key=ANN):
    session = Session(server.address, "train", f"lang=en&run={run_id}", key=key)
    await session.open()
    await session.rerun("stop")
    await until(lambda: status(server, run_id) == "stopped")
    await session.close()


def test_a_browser_that_comes_back_when_its_session_is_forgotten_finds_everything(server):
    async def story():
        first, run_id = await begun(server, link=LONG.replace("digits", "shapes").replace("tiny", "lecture-cnn"))
        await first.vanish()
        before = steps(server, run_id)
        await asyncio.sleep(GONE_SECONDS)
        assert steps(server, run_id) > before + GONE_SECONDS  # nobody looks, but it trains on, an event per second at least
        figures = []
        # Streamlit has dropped the session by now, so the browser gets a new one: only its link and cookie remain.
        again = Session(server.address, "train", f"lang=en&run={run_id}", figures.append, key=ANN)
        await again.open()
        assert {"pause", "stop"} <= set(again.buttons)
        assert not again.exceptions
        drawn = max(len(trace.get("x", ())) for figure in figures for trace in figure["data"])
        assert drawn >= 2  # the whole curve, not only the part since the return
        await again.close()
        await end(server, run_id)

    played(story())


def test_a_file_that_was_made_is_still_there_when_a_browser_far_away_asks_for_it(server):
    async def story():
        first, run_id = await begun(server)
        await first.rerun()
        await first.rerun("stop")
        await until(lambda: status(server, run_id) == "stopped")
        _, live = await begun(server, key=BOB)
        others = [Session(server.address, "train", f"lang=en&run={live}", key=BOB) for _ in range(12)]
        for other in others:
            await other.open()
        home = Session(server.address, "predict", f"lang=en&predict=home&run={run_id}", key=ANN)
        await home.open()
        for _ in range(10):  # in a class that watches, each look once dropped files that nobody shows
            capsule = await home.download(f"predict_capsule_{run_id}")
            assert zipfile.is_zipfile(io.BytesIO(capsule))
        assert not home.exceptions
        for session in (first, home, *others):
            await session.close()
        await end(server, live, key=BOB)

    played(story())


def test_two_tabs_show_one_run_and_each_sees_what_the_other_did(server):
    async def story():
        one, run_id = await begun(server)
        two = Session(server.address, "train", f"lang=en&run={run_id}", key=ANN)
        await two.open()
        await two.rerun("pause")
        await until(lambda: status(server, run_id) == "paused")
        await one.rerun()
        assert "resume" in one.buttons
        await one.rerun("resume")
        await until(lambda: status(server, run_id) == "running")
        await two.rerun()
        assert "pause" in two.buttons
        await two.rerun("stop")
        await until(lambda: status(server, run_id) == "stopped")
        await one.rerun()
        assert not {"pause", "resume", "stop"} & set(one.buttons)
        assert not one.exceptions + two.exceptions
        await one.close()
        await two.close()

    played(story())


def test_who_has_only_the_link_sees_no_buttons_and_a_forged_press_does_nothing(server):
    async def story():
        owner, run_id = await begun(server)
        guest = Session(server.address, "train", f"lang=en&run={run_id}", key=BOB)
        await guest.open()
        assert not {"pause", "stop", "step", "use_rate"} & set(guest.buttons)
        for name in ("stop", "pause"):  # as if the button were there: its id is not secret
            guest.buttons[name] = owner.buttons.get(name) or "$$ID-0-" + name
            await guest.rerun(name)
        await asyncio.sleep(1.0)
        assert status(server, run_id) == "running"
        assert not guest.exceptions
        await guest.close()
        await owner.close()
        await end(server, run_id)

    played(story())


@pytest.mark.parametrize("page", ["", "train", "compare"])
def test_two_hundred_quick_reruns_leak_nothing(server, page):
    app = psutil.Process(server.process.pid)

    async def story():
        session = Session(server.address, page, "lang=en", key=ANN)
        await session.open()
        for _ in range(20):
            await session.rerun()
        threads, memory = app.num_threads(), app.memory_info().rss / 1e6
        for turn in range(200):
            if turn % 10:  # most come before the last answer, as when a key is held down
                await ask(session)
            else:
                await session.rerun()
        await session.rerun()
        assert not session.exceptions
        assert app.num_threads() <= threads + 4
        assert app.memory_info().rss / 1e6 < memory + 40
        await session.close()

    played(story())


def test_all_that_was_written_meanwhile_is_the_users_alone(server):
    """After trainings, capsules and pages, only the user can read runs, images, keys, sockets and workers' scratch folders."""
    open_to_others = [
        (str(path), oct(path.lstat().st_mode)) for path in [server.home, *server.home.rglob("*")]
        if path != server.log and not path.is_symlink() and path.lstat().st_mode & 0o077
    ]  # fmt: skip
    assert (server.home / "runs.sqlite").exists()
    assert not open_to_others


async def ask(session):
    """Request the page without waiting for it."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(session.rerun(), 0.02)


# The server is stopped in the middle of a run.


def whole(server, run_id):
    """Check that the file is intact, and that the run's events have no gap and one end."""
    with contextlib.closing(sqlite3.connect(server.home / "runs.sqlite")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    events = server.rows("SELECT number, body FROM events WHERE run_id = ? ORDER BY number", run_id)
    assert [number for number, _ in events] == list(range(len(events)))
    kinds = [re.search(r'"event":"(\w+)"', body).group(1) for _, body in events]
    assert kinds.count("run_started") == 1
    assert kinds.count("run_ended") <= 1
    return len(events), kinds


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_is_ended_leaves_no_process_and_a_whole_history(tmp_path, how):
    server = Server(tmp_path)
    children = []

    async def story():
        session, run_id = await begun(server)
        children.extend(psutil.Process(server.process.pid).children(recursive=True))
        await session.close()
        return run_id

    run_id = played(story())
    assert len([c for c in children if "spawn" in command(c)]) >= 2
    began = time.monotonic()
    server.process.send_signal(how)
    server.process.wait(10)
    assert gone_within([c.pid for c in children], 5 - (time.monotonic() - began)), [c for c in children if alive(c.pid)]
    count, kinds = whole(server, run_id)
    if how == signal.SIGTERM:
        assert (status(server, run_id), kinds[-1]) == ("cut-off", "run_ended")

    again = Server(tmp_path)
    try:

        async def look():
            figures = []
            session = Session(again.address, "train", f"lang=en&run={run_id}", figures.append, key=ANN)
            await session.open()
            await session.close()
            return session, figures

        session, figures = played(look())
        assert not session.exceptions
        assert any(trace.get("x") for figure in figures for trace in figure["data"])
        assert status(again, run_id) == "cut-off"
        after, kinds = whole(again, run_id)
        assert kinds[-1] == "run_ended"
        assert after == count + (how == signal.SIGKILL)
    finally:
        again.process.terminate()
        again.process.wait(30)
