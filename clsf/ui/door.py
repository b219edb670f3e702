"""The entry of the web server: checks who may connect, adds to responses, and handles start and shutdown."""

from __future__ import annotations

import atexit
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from clsf.data import temporary
from clsf.engine import allocator
from clsf.ui.shared import no_delay
from clsf.ui.shared.navigation import PAGES

METRICS = "/_stcore/metrics"  # would show anyone how many sessions there are and what they hold; it is not used here

HEADERS = (
    (b"content-security-policy", b"frame-ancestors 'self'"),  # no other site may show the dashboard in a frame (clickjacking)
    (b"x-frame-options", b"SAMEORIGIN"),  # the same for old browsers
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # sites that lessons link to do not learn a run's link
)

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# The page's name is cut off in the browser, because only the browser knows the path prefix of a proxy.
_TELL = (
    "<script>window.__streamlit = {{ ...window.__streamlit, BACKEND_BASE_URL: "
    'location.origin + location.pathname.replace(/{name}\\/?$/, "") }}</script>'
)
_BEFORE = b"<script"


class Door:
    """ASGI middleware around all of Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "websocket" and not is_ours(_header(scope, b"origin"), _header(scope, b"host")):
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # answered with 403
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in HEADERS if pair[0] not in known)]
            await send(message)

        if scope["path"].rstrip("/").endswith(METRICS):
            await told({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await told({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, told)


def is_ours(origin: str | None, host: str | None) -> bool:
    """Return whether the connection comes from a page of this same address, port included.

    Programs that are not browsers send no origin. A host may allow others (`corsAllowedOrigins`, `browser.serverAddress`),
    or all (`enableCORS` off).
    """
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    scheme, place = _place(origin)
    if place is None:
        return False
    if host is not None and place == _place(f"{scheme}://{host}")[1]:
        return True
    allowed = [_place(each) for each in st.get_option("server.corsAllowedOrigins")]
    if (scheme, place) in allowed:
        return True
    named = str(st.get_option("browser.serverAddress") or "")
    return (
        place[0] == named.lower()
        and place[1] in (st.get_option("browser.serverPort"), 80, 443)
        and config.is_manually_set("browser.serverAddress")
    )


def _place(address: str) -> tuple[str, tuple[str, int | None] | None]:
    """Return the scheme of an address, and its host and port; None for these if it is not an address."""
    try:
        parts = urlsplit(address)
        if not parts.hostname:
            return parts.scheme, None
        return parts.scheme, (parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme))
    except ValueError:
        return "", None


def _header(scope: Scope, name: bytes) -> str | None:
    values = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
    return values[0] if len(values) == 1 else ", ".join(values) if values else None


@asynccontextmanager
async def open_until_the_end(_: object) -> AsyncIterator[None]:
    """Clean up what an earlier process left before the first request; at shutdown, close what is open.

    The web server lets the signal that ends it end the process too, which would leave no time for that. Files that it and its
    workers write meanwhile, also through unknown libraries, are readable by this user only.
    """
    allocator.use_one_heap()
    no_delay.set_for_all()
    before = os.umask(0o077)
    temporary.begin()
    try:
        yield
    finally:
        atexit._run_exitfuncs()
        os.umask(before)


class TellServer:
    """ASGI middleware: puts the server's address into a page that is opened by its own link, such as /train.

    Streamlit 1.67's page assumes that its own address is the server's, finds nothing below /train and only then looks above it;
    the browser logs both failures in its console. With the server's address, the page need not guess.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].strip("/").rpartition("/")[2] if scope["type"] == "http" else ""
        if name not in {page.name for page in PAGES}:
            await self._app(scope, receive, send)
            return
        # Nothing can be added to compressed text, and a cached copy of another version lacks the addition.
        refused = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in refused]}
        start: dict[str, Any] | None = None
        body = b""

        async def told(message: Message) -> None:
            """Collect an HTML response and send it on with the addition; pass other responses unchanged."""
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = dict(message)
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await _send_all(send, start, body.replace(_BEFORE, _TELL.format(name=name).encode() + _BEFORE, 1))

        await self._app(scope, receive, told)


async def _send_all(send: Send, start: dict[str, Any], body: bytes) -> None:
    kept = [pair for pair in start["headers"] if pair[0].lower() not in (b"content-length", b"etag", b"last-modified")]
    length = [(b"content-length", str(len(body)).encode())] if body else []  # an answer to HEAD has no body
    await send({**start, "headers": [*kept, *length]})
    await send({"type": "http.response.body", "body": body})


def _is_page(message: Message) -> bool:
    kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    return message["status"] == 200 and any(kind.startswith(b"text/html") for kind in kinds)


MIDDLEWARE = [Middleware(Door), Middleware(TellServer)]
