"""The entry of the web server: checks who may connect, adds response headers, and handles start and shutdown."""

from __future__ import annotations

import atexit
import os
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from clsf.data import temporary
from clsf.engine import allocator
from clsf.ui.shared import no_delay

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

METRICS = "/_stcore/metrics"  # would show anyone how many sessions there are and what they hold; it is not used here

HEADERS = (
    (b"content-security-policy", b"frame-ancestors 'self'"),  # no other site may show the dashboard in a frame (clickjacking)
    (b"x-frame-options", b"SAMEORIGIN"),  # the same for old browsers
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # sites that lessons link to do not learn a run's link
)

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Door:
    """ASGI middleware around all of Streamlit."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
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

        async def told(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in HEADERS if pair[0] not in known)]
            await send(message)

        if scope["path"].rstrip("/").endswith(METRICS):
            await told({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await told({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, told)


MIDDLEWARE = (Middleware(Door),)


def is_ours(origin: str | None, host: str | None) -> bool:
    """Return whether the connection comes from a page of this same address, port included.

    Programs that are not browsers send no origin. A host may allow others (`server.corsAllowedOrigins`, `browser.serverAddress`),
    or all (`server.enableCORS` off).
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
