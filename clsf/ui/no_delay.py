"""What is sent to a browser leaves at once, instead of waiting until what was sent before has been acknowledged.

A page is many small messages. As TCP comes (Nagle's algorithm, RFC 896), a small one waits for the acknowledgement of the one before,
which the other side holds back for up to 40 ms. asyncio switches that off for sockets that say they are of TCP; the one that Streamlit
(1.67) listens at, and so each connection, leaves it to the system and says nothing (`proto` 0).
"""

from __future__ import annotations

import socket
from asyncio import base_events


def set_for_all() -> None:
    """Have every event loop of this process switch it off for each connection over TCP."""
    base_events._set_nodelay = _set_nodelay


def _set_nodelay(sock: socket.socket) -> None:
    if sock.family in {socket.AF_INET, socket.AF_INET6} and sock.type == socket.SOCK_STREAM:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
