"""Slow jobs in a process of their own, which a worker starts: the worker goes on to train and to answer pages meanwhile.

The process imports the framework itself, steps back behind everything else, and ends with the worker, however that ends.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from typing import BinaryIO

from clsf.engine import work
from clsf.errors import EngineError

NICE = 15
"""Steps of the process on the scale of Unix; a worker is at `clsf.engine.low_priority.NICE` at least where it is ours."""

HEAD = 8  # bytes that say how long what follows is

_one = threading.Lock()  # per worker: two frameworks more in memory are too many


def apart_job(seconds: float, framework: str, warm: str, function: str, content: bytes) -> tuple:
    """Do as `clsf.engine.work.call_job`, within a number of seconds, in a new process. Runs in a thread of a dask worker, which is free for others at once."""
    from distributed import secede

    secede()
    return in_process(seconds, framework, warm, function, content)


def in_process(seconds: float, framework: str, warm: str, function: str, content: bytes) -> tuple:
    """Return what `clsf.engine.work.call_job` returns in a new process. Those of one worker come one after the other."""
    until = time.monotonic() + seconds
    if not _one.acquire(timeout=seconds):
        return "error", pickle.dumps(_too_long(seconds))
    try:
        return _answer(seconds, until, pickle.dumps((framework, warm, function, content)))
    finally:
        _one.release()


def _answer(seconds: float, until: float, question: bytes) -> tuple:
    process = subprocess.Popen(
        [sys.executable, "-c", "from clsf.engine import apart; apart.main()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    late = threading.Timer(max(until - time.monotonic(), 0.01), process.kill)
    late.daemon = True
    late.start()
    try:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(len(question).to_bytes(HEAD, "big") + question)
            process.stdin.flush()  # and left open: its end is the sign that this process is gone
        told = process.stdout.read()
    finally:
        late.cancel()
        process.kill()
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
    if len(told) >= HEAD and len(told) == HEAD + int.from_bytes(told[:HEAD], "big"):
        return pickle.loads(told[HEAD:])  # noqa: S301  our own process
    if time.monotonic() >= until:
        return "error", pickle.dumps(_too_long(seconds))
    return "error", pickle.dumps(
        EngineError(
            "The process that worked on this ended before it was done (exit code {code}); mostly there is too little memory. Try "
            "again when nothing trains.",
            code=code,
        )
    )


def _too_long(seconds: float) -> EngineError:
    return EngineError("This was not done within {seconds} seconds. Try again when nothing trains.", seconds=f"{seconds:g}")


# In the new process.


def main() -> None:
    """Answer the one question on stdin; the answer goes to what was stdout, which nothing else may write to."""
    if hasattr(os, "nice"):
        os.nice(max(NICE - os.nice(0), 0))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    given = sys.stdin.buffer
    question = given.read(int.from_bytes(given.read(HEAD), "big"))
    threading.Thread(target=_end_with_parent, args=(given,), daemon=True).start()
    answer = pickle.dumps(work.call_job("apart", *pickle.loads(question)))  # noqa: S301  from the worker that started us
    answers.write(len(answer).to_bytes(HEAD, "big") + answer)
    answers.close()
    os._exit(0)  # a framework's threads may take their time


def _end_with_parent(given: BinaryIO) -> None:
    given.read(1)
    os._exit(1)
