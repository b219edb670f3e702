"""A browser session without a browser: speaks Streamlit's protocol, so that fifty of them fit on a small machine.

It asks for pages, presses buttons, and asks again where the server wants a part to be looked at from time to time, as the
browser's half of Streamlit 1.67 does. It draws nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE = 120.0  # seconds

WHOLE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)
"""How a run of the whole page ends; others are of a part of it, or begin again."""


def played(story: Coroutine) -> object:
    """Return what a story returns. In a thread of its own, for Playwright keeps an event loop in the one that tests run in."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, story).result()


class Session:
    """One session. `figure` is called with each figure of a live chart that comes in, as the dictionary that it is."""

    def __init__(
        self,
        address: str,
        page: str,
        query: str = "lang=en",
        figure: Callable[[dict], None] = lambda figure: None,
        key: str = "",
    ):
        self.address = address.replace("http://", "ws://") + "/_stcore/stream"
        self.origin = address
        self.page, self.query = page, query
        self.buttons: dict[str, str] = {}  # key -> widget id
        self.inputs: dict[str, str] = {}  # key of a line of text -> widget id
        self.table = b""  # the data frame that came last, as Arrow sent it
        self.files: dict[str, str] = {}  # key of a download button -> what to ask for
        self.page_hash = ""
        self.query_string = query  # as the server changed it last
        self.exceptions: list[str] = []
        self.headers = {"Cookie": f"clsf_key={key}"} if key else {}  # whose browser it is, see clsf.ui.shared.identity
        self._figure = figure
        self._socket: websockets.ClientConnection | None = None
        self._timers: dict[str, asyncio.Task] = {}
        self._asked: float | None = None
        self._answered = asyncio.Event()
        self._reader: asyncio.Task | None = None
        self._session_id = ""
        self._requests: dict[str, asyncio.Future] = {}
        self.closed, self.why = False, ""
        self.heard: deque[str] = deque(maxlen=12)  # what came lately, for who wants to know why nothing comes

    async def open(self) -> float:
        """Connect, ask for the page, and return the seconds until it was there."""
        self._socket = await websockets.connect(
            self.address,
            subprotocols=["streamlit"],
            max_size=None,
            origin=self.origin,
            open_timeout=60,
            ping_timeout=60,
            additional_headers=self.headers,
        )
        self._reader = asyncio.create_task(self._read())
        return await self.rerun()

    async def rerun(self, pressed: str | None = None, typed: dict[str, str] | None = None) -> float:
        """Ask for the page again, with a button pressed if one is named by its key, and lines of text typed.

        Return the seconds until it was there.
        """
        message = BackMsg()
        script = message.rerun_script
        script.query_string, script.page_name, script.page_script_hash = self.query_string, self.page, self.page_hash
        if pressed is not None:
            state = script.widget_states.widgets.add()
            state.id, state.trigger_value = self.buttons[pressed], True
        for key, text in (typed or {}).items():
            state = script.widget_states.widgets.add()
            state.id, state.string_value = self.inputs[key], text
        for task in self._timers.values():  # a whole run of the page sets up anew what is looked at from time to time
            task.cancel()
        self._timers.clear()
        self._answered.clear()
        self.buttons.clear()
        self._asked = time.monotonic()
        await self._socket.send(message.SerializeToString())
        try:
            await asyncio.wait_for(self._answered.wait(), PATIENCE)
        except TimeoutError:
            raise TimeoutError(f"{self.page} was not answered in {PATIENCE:g} s; last came {', '.join(self.heard)}") from None
        if self.closed:
            raise ConnectionError(f"{self.page} lost its connection: {self.why}; last came {', '.join(self.heard)}")
        return time.monotonic() - self._asked

    async def visit(self, page: str, query: str) -> float:
        """Go to another page of the same session. Return the seconds until it was there."""
        self.page, self.query_string, self.page_hash = page, query, ""
        return await self.rerun()

    async def download(self, key: str, away: float = 0.2) -> bytes:
        """Press a download button, wait until its file was made, and fetch it as a browser does that is `away` seconds away."""
        message, number = BackMsg(), str(len(self._requests))
        asked = message.backend_operation_request
        asked.request_id, asked.session_id, asked.deferred_file.file_id = number, self._session_id, self.files[key]
        self._requests[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(message.SerializeToString())
        answer = await asyncio.wait_for(self._requests[number], PATIENCE)
        if answer.error_msg:
            raise ConnectionError(f"{key}: {answer.error_msg}")
        await asyncio.sleep(away)
        return await asyncio.to_thread(lambda: urlopen(self.origin + answer.deferred_file.url, timeout=PATIENCE).read())

    async def vanish(self) -> None:
        """Be gone without a word, as a laptop that is shut."""
        self._socket.transport.abort()
        await self.close()

    async def close(self) -> None:
        self.closed = True
        for task in self._timers.values():
            task.cancel()
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()

    async def _read(self) -> None:
        try:
            async for raw in self._socket:
                message = ForwardMsg()
                message.ParseFromString(raw)
                self._take(message)
        except websockets.ConnectionClosed as error:
            self.why = str(error)
        finally:
            self.closed = True
            self._answered.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind != "delta":
            ended = f"={message.script_finished}" if kind == "script_finished" else ""
            self.heard.append(f"{time.monotonic() - (self._asked or 0):.1f} s {kind}{ended}")
        if kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._element(message.delta.new_element)
        elif kind == "new_session":
            self._session_id = message.new_session.initialize.session_id
        elif kind == "backend_operation_response":
            self._requests[message.backend_operation_response.request_id].set_result(message.backend_operation_response)
        elif kind == "page_info_changed":
            self.query_string = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            again = message.auto_rerun
            if again.fragment_id not in self._timers:
                self._timers[again.fragment_id] = asyncio.create_task(self._look(again.interval, again.fragment_id))
        elif kind == "stop_auto_rerun":
            for task in self._timers.values():
                task.cancel()
            self._timers.clear()
        elif kind == "script_finished" and message.script_finished in WHOLE:
            self._answered.set()

    def _element(self, element: object) -> None:
        kind = element.WhichOneof("type")
        if kind == "button":
            self.buttons[element.button.id.split("-", 2)[-1]] = element.button.id
        elif kind == "text_input":
            self.inputs[element.text_input.id.split("-", 2)[-1]] = element.text_input.id
        elif kind == "dataframe":
            self.table = element.dataframe.arrow_data.data
        elif kind == "download_button":
            self.files[element.download_button.id.split("-", 2)[-1]] = element.download_button.deferred_file_id
        elif kind == "exception":
            self.exceptions.append(element.exception.message)
        elif kind == "bidi_component" and element.bidi_component.component_name == "clsf_live_chart":
            self._figure(json.loads(element.bidi_component.bytes)["figure"])

    async def _look(self, seconds: float, fragment: str) -> None:
        while not self.closed:
            await asyncio.sleep(seconds)
            message = BackMsg()
            script = message.rerun_script
            script.query_string, script.page_name, script.page_script_hash = self.query_string, self.page, self.page_hash
            script.fragment_id, script.is_auto_rerun = fragment, True
            await self._socket.send(message.SerializeToString())
