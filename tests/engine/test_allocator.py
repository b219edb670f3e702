"""Memory freed by a step is reused by the next, instead of being requested from the system page by page."""

import subprocess
import sys

import pytest

from tests.engine.fakes import pages_of_five_steps

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="of glibc")

AS_IT_COMES = "from tests.engine.fakes import pages_of_five_steps; print(pages_of_five_steps())"
KEPT = f"from clsf.engine import allocator; assert allocator.keep_between_steps(); {AS_IT_COMES}"


def pages(program: str) -> int:
    return int(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)


def test_arrays_of_a_step_are_found_again():
    assert pages(KEPT) * 20 < pages(AS_IT_COMES)


@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_workers_keep_them(engine, framework):
    asked = f"{pages_of_five_steps.__module__}:{pages_of_five_steps.__name__}"
    assert engine.call(framework, asked) * 20 < pages(AS_IT_COMES)


HEAPS = """
import ctypes, re, sys, tempfile, threading
def allocate(wait):
    block = [bytearray(10_000) for _ in range(100)]
    wait.wait()
def heaps():
    every = threading.Barrier(21)
    for _ in range(20):
        threading.Thread(target=allocate, args=(every,)).start()
    every.wait()
    libc = ctypes.CDLL(None)
    libc.fopen.restype = ctypes.c_void_p
    with tempfile.NamedTemporaryFile() as file:
        told = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
        libc.malloc_info(0, told)
        libc.fclose(told)
        return len(re.findall(b"<heap nr", file.read()))
"""
SERVED = """
import asyncio
from clsf.ui import door
async def serve():
    async with door.open_until_the_end(None):
        print(heaps())
asyncio.run(serve())
"""


def test_threads_of_the_dashboard_share_one_heap():
    assert pages(HEAPS + "print(heaps())") > 1
    assert pages(HEAPS + SERVED) == 1
