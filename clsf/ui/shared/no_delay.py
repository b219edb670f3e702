"""Sends messages to the browser immediately, without waiting for the acknowledgement of earlier ones (TCP_NODELAY).

A page is many small messages. By default (Nagle's algorithm, RFC 896), TCP holds a small one until the one before is acknowledged,
which the other side may delay by up to 40 ms. asyncio switches this off for sockets with the protocol TCP; the socket on which
Streamlit (1.67) listens, and so each of its connections, leaves the protocol to the system (`proto` 0).
"""

from __future__ import annotations

import socket
from asyncio import base_events


def set_for_all() -> None:
    """Make every event loop of this process switch Nagle's algorithm off for each TCP connection."""
    base_events._set_nodelay = _set_nodelay


def _set_nodelay(sock: socket.socket) -> None:
    if sock.family in {socket.AF_INET, socket.AF_INET6} and sock.type == socket.SOCK_STREAM:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
