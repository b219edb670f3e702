"""Messages for a browser are handed to the server's event loop together, not one by one.

A page is some hundred messages, a look at a run some forty. For each, Streamlit (1.67) wakes the event loop twice through a socket,
and each time the thread that draws gives Python's lock away and waits for it. With fifty who watched a run, a page took 1.9 s in the
middle (two cores, both frameworks training); woken once for all that waits, 0.54 s.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from functools import wraps

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime

_lock = threading.Lock()


def join() -> None:
    """Have this process do so. Any number of calls does the same as one."""
    if not hasattr(AppSession._call_soon_on_event_loop, "__wrapped__"):
        AppSession._call_soon_on_event_loop = _together(AppSession._call_soon_on_event_loop)
        Runtime._enqueued_some_message = _without_waking(Runtime._enqueued_some_message)


def _together(call_soon: Callable[[AppSession, Callable[[], None]], None]) -> Callable[[AppSession, Callable[[], None]], None]:
    """Return `call_soon`, which is asked only for the first of the calls that wait; they are made in their order."""

    @wraps(call_soon)
    def call_together(session: AppSession, callback: Callable[[], None]) -> None:
        with _lock:
            waiting = session.__dict__.setdefault("_waiting_calls", deque())
            waiting.append(callback)
            alone = len(waiting) == 1
        if alone:
            call_soon(session, lambda: _make(waiting))

    return call_together


def _make(waiting: deque[Callable[[], None]]) -> None:
    """Make the calls that wait. One that fails is told of as the event loop tells of its own, and stops no other."""
    with _lock:
        calls = tuple(waiting)
        waiting.clear()
    for call in calls:
        try:
            call()
        except Exception as error:
            asyncio.get_running_loop().call_exception_handler({"message": "A message was not sent", "exception": error})


def _without_waking(tell: Callable[[Runtime], None]) -> Callable[[Runtime], None]:
    """Return `tell`, which says that there is something to send; on the event loop itself nothing needs to be woken for that."""

    @wraps(tell)
    def tell_here(runtime: Runtime) -> None:
        here = asyncio._get_running_loop()
        objects = runtime._async_objs
        if objects is not None and here is objects.eventloop:
            objects.need_send_data.set()
        else:
            tell(runtime)

    return tell_here
