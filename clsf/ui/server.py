"""Adds the server's address to a page opened by a link such as /train, so that the browser makes no wrong requests.

Streamlit 1.67's page assumes that its own address is the server's, finds nothing below /train and only then looks above it;
the browser logs both failures in its console. With the server's address, the page need not guess.
"""

from __future__ import annotations

from typing import Any

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clsf.ui.shared.navigation import PAGES

# The page's name is cut off in the browser, because only the browser knows the path prefix of a proxy.
_TELL = (
    "<script>window.__streamlit = {{ ...window.__streamlit, BACKEND_BASE_URL: "
    'location.origin + location.pathname.replace(/{name}\\/?$/, "") }}</script>'
)
_BEFORE = b"<script"


class TellServer:
    """ASGI middleware: puts one script element in front of the others of a page that is opened by its own link."""

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


MIDDLEWARE = [Middleware(TellServer)]
