"""Image processing in a process of its own, which reports progress as lines of JSON and can be stopped at any moment.

    {"stage": "download", "done": 1048576, "total": 170498071}
    {"result": …}                                                the result, any plain value
    {"error": {"sentence": …, "values": …}}                      the last line, if it failed

The process lives no longer than its parent: it ends when its standard input is closed.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from clsf.data.progress import Progress, silent
from clsf.errors import DataError
from clsf.words import Sentence, say

BEAT = 0.25  # seconds after which the last progress is reported again, so that a cancelling `progress` is noticed


@dataclass(frozen=True, slots=True)
class End:
    """The end of a process: the exit code, the value of its line "result", the last line of its standard error."""

    code: int
    result: object
    last_words: str | Sentence


def run(command: Sequence[str], progress: Progress = silent) -> End:
    """Run a command to its end. If `progress` raises, the process is killed. Raises DataError if the command reports one."""
    home = str(Path(__file__).parents[2])  # where clsf can be imported from, wherever the process starts
    paths = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,  # held open: see `end_with_parent`
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=os.environ | {"PYTHONPATH": paths},
        ) as process,
    ):
        try:
            error, result = _follow(process.stdout, progress)
            code = process.wait()
        finally:
            process.kill()
        if error is not None:
            raise DataError(error)
        return End(code, result, _last_line(complaints))


def end_with_parent() -> None:
    """End the child process as soon as standard input is closed, which happens when the parent ends."""

    def wait() -> None:
        import sys

        os.read(sys.stdin.fileno(), 1)  # nothing is ever written to this pipe
        os._exit(3)

    threading.Thread(target=wait, daemon=True).start()


def _follow(output: BinaryIO, progress: Progress) -> tuple[Sentence | None, object]:
    """Pass on the process's output until it closes it; return its error, if it reports one, and its result."""
    lines: queue.Queue[bytes | None] = queue.Queue()

    def pump() -> None:
        with suppress(ValueError):  # the output was closed because the work was cancelled
            for line in output:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=pump, daemon=True).start()
    latest: tuple[str, int, int] = ("download", 0, 0)
    error, result = None, None
    while True:
        try:
            line = lines.get(timeout=BEAT)
        except queue.Empty:
            progress(*latest)
            continue
        if line is None:
            return error, result
        news = _read(line)
        if "error" in news:
            error = Sentence.from_json(news["error"])
        elif "result" in news:
            result = news["result"]
        elif "stage" in news:
            latest = news["stage"], news["done"], news["total"]
            progress(*latest)


def _read(line: bytes) -> dict:
    try:
        news = json.loads(line)
    except ValueError:
        return {}
    return news if isinstance(news, dict) else {}  # a library may print anything


def _last_line(complaints: BinaryIO) -> str | Sentence:
    complaints.seek(0)
    lines = complaints.read().decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else say("it said nothing")
