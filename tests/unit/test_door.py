"""Who may connect to the port, and the headers of each answer."""

import os

import pytest
from streamlit import config

from clsf.ui import door
from tests.bench.streamlit_client import played


@pytest.fixture
def set_option(monkeypatch):
    def set_option(**options):
        known = door.st.get_option
        names = {name.replace("_", "."): value for name, value in options.items()}
        monkeypatch.setattr(door.st, "get_option", lambda name: names.get(name, known(name)))
        monkeypatch.setattr(config, "is_manually_set", lambda name: name in names)

    return set_option


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        (None, "localhost:8501", True),  # a program
        ("http://localhost:8501", "localhost:8501", True),
        ("http://LOCALHOST:8501", "localhost:8501", True),
        ("https://class.example", "class.example", True),
        ("https://class.example", "class.example:443", True),
        ("http://[::1]:8501", "[::1]:8501", True),
        ("http://localhost:8502", "localhost:8501", False),  # a web server of somebody else on this machine
        ("http://127.0.0.1:8501", "localhost:8501", False),
        ("http://localhost", "localhost:8501", False),
        ("http://evil.example", "localhost:8501", False),
        ("http://localhost:8501.evil.example", "localhost:8501", False),
        ("http://localhost:8501@evil.example", "localhost:8501", False),
        ("null", "localhost:8501", False),
        ("", "localhost:8501", False),
        ("http://localhost:port", "localhost:8501", False),
        ("http://localhost:8501, http://evil.example", "localhost:8501", False),
        ("http://localhost:8501", None, False),
    ],
)
def test_only_a_page_of_this_address_may_connect(origin, host, ours):
    assert door.is_ours(origin, host) is ours


def test_a_host_may_allow_others(set_option):
    set_option(server_corsAllowedOrigins=["https://class.example:444"])
    assert door.is_ours("https://class.example:444", "127.0.0.1:8501")
    assert not door.is_ours("https://class.example", "127.0.0.1:8501")
    assert not door.is_ours("http://class.example:444", "127.0.0.1:8501")


def test_the_address_that_a_browser_is_said_to_use_is_ours(set_option):
    set_option(browser_serverAddress="class.example", browser_serverPort=9000)
    assert door.is_ours("https://class.example", "127.0.0.1:8501")
    assert door.is_ours("http://class.example:9000", "127.0.0.1:8501")
    assert not door.is_ours("http://class.example:9001", "127.0.0.1:8501")


def test_a_host_may_switch_it_off(set_option):
    set_option(server_enableCORS=False)
    assert door.is_ours("http://evil.example", "localhost:8501")


async def inside(scope, receive, send):
    """The app inside the door."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"DENY")]})
        await send({"type": "http.response.body", "body": b"page"})
    else:
        await send({"type": "websocket.accept"})


def answers(kind, path="/", **headers):
    """Return the door's answer to a request."""
    said = []

    async def receive():
        return {"type": f"{kind}.connect"}

    async def send(message):
        said.append(message)

    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    played(door.Door(inside)({"type": kind, "path": path, "headers": pairs}, receive, send))
    return said


def test_no_answer_can_be_framed_by_others():
    start, body = answers("http")
    assert body["body"] == b"page"
    assert sorted(start["headers"]) == [
        (b"content-security-policy", b"frame-ancestors 'self'"),
        (b"referrer-policy", b"same-origin"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),  # headers that are already set stay
    ]


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/below/_stcore/metrics"])
def test_nobody_is_told_the_metrics(path):
    start, body = answers("http", path)
    assert (start["status"], body["body"]) == (404, b"")


def test_a_connection_from_elsewhere_is_refused_before_it_is_made():
    path = "/_stcore/stream"
    assert answers("websocket", path, origin="http://localhost:8501", host="localhost:8501") == [{"type": "websocket.accept"}]
    for origin in ("http://localhost:8502", "http://evil.example"):
        refused = [{"type": "websocket.close", "code": 1008}]
        assert answers("websocket", path, origin=origin, host="localhost:8501") == refused


def test_at_the_start_it_sweeps_and_at_the_end_it_closes(monkeypatch, tmp_path):
    told, umask = [], os.umask(0o022)
    monkeypatch.setattr(door.temporary, "begin", lambda: told.append("begin"))
    monkeypatch.setattr(door.atexit, "_run_exitfuncs", lambda: told.append("end"))

    async def life():
        async with door.open_until_the_end(None):
            told.append("open")
            (tmp_path / "written").mkdir()

    played(life())
    assert told == ["begin", "open", "end"]
    assert (tmp_path / "written").stat().st_mode & 0o777 == 0o700  # files written meanwhile are readable only by the user
    assert os.umask(umask) == 0o022
