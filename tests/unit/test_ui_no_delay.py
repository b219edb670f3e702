"""A connection to the dashboard sends at once; in plain Streamlit, small messages wait for each other."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK = """
import asyncio, socket
from contextlib import nullcontext
from streamlit.web.server.starlette.starlette_server import _bind_socket
from clsf.ui import door

async def asked(around):
    async with around:
        told = asyncio.get_running_loop().create_future()
        def connected(reader, writer):
            told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
        listening = _bind_socket("127.0.0.1", 0, 5)
        server = await asyncio.start_server(connected, sock=listening)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        print(await told)
        writer.close()
        server.close()

asyncio.run(asked({around}))
"""


@pytest.mark.parametrize(("around", "expected"), [("nullcontext()", "0"), ("door.open_until_the_end(None)", "1")])
def test_small_messages_do_not_wait(around, expected):
    program = ASK.replace("{around}", around)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected  # once the first is also 1, our change is no longer needed
