"""Runs slow jobs in a process of their own, which a worker starts: the worker can still train and answer pages meanwhile.

The process imports the framework itself, runs at a lower priority than everything else, and ends with the worker in any case.
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
"""Nice value of the process, on Unix' scale; a worker that we started has at least `clsf.priority.NICE`."""

HEAD = 8  # bytes that give the length of the data after them

_one = threading.Lock()  # per worker: two more copies of a framework in memory are too many


def apart_job(seconds: float, framework: str, warm: str, function: str, content: bytes) -> tuple:
    """Do as `clsf.engine.work.call_job`, within a number of seconds, in a new process.

    Runs in a thread of a dask worker, which is free for others at once.
    """
    from distributed import secede

    secede()
    return in_process(seconds, framework, warm, function, content)


def in_process(seconds: float, framework: str, warm: str, function: str, content: bytes) -> tuple:
    """Return the result of `clsf.engine.work.call_job` in a new process. Jobs of one worker run one after the other."""
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
            process.stdin.flush()  # and left open: closing it is the sign that this process is gone
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
    """Answer the one question on stdin; the answer goes to the original stdout, which nothing else may write to."""
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
    os._exit(0)  # a framework's threads may take long to end


def _end_with_parent(given: BinaryIO) -> None:
    given.read(1)
    os._exit(1)
